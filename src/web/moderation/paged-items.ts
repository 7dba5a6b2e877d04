// The items of a list that is read page by page, newest first, and that grows live. New items wait until
// they are revealed, so that nothing moves below the eyes of the reader.

export type ItemPage<T> = { items: readonly T[]; next_cursor: string | null }

export type PagedItemsOptions<T> = {
  keyOf: (item: T) => string
  /** Whether a new item belongs to the list. Items of the list stay, also when they change. */
  isListed?: (item: T) => boolean
  /** Whether the list knows a newer state of this item. */
  isOutdated?: (item: T, known: T) => boolean
}

export class PagedItems<T> {
  readonly #options: Required<PagedItemsOptions<T>>
  #state: 'empty' | 'loading' | 'loaded' = 'empty'
  #shown: readonly T[] = []
  #waiting: readonly T[] = []
  #cursor: string | null = null

  constructor({ keyOf, isListed = () => true, isOutdated = () => false }: PagedItemsOptions<T>) {
    this.#options = { keyOf, isListed, isOutdated }
  }

  get isLoaded(): boolean {
    return this.#state === 'loaded'
  }

  get shown(): readonly T[] {
    return this.#shown
  }

  get waitingCount(): number {
    return this.#waiting.length
  }

  /** Of the next page; null: there is none. */
  get cursor(): string | null {
    return this.#cursor
  }

  /** To be called before the first page is requested: what arrives from now on may not be in it. */
  startLoading(): void {
    this.#state = 'loading'
    this.#waiting = []
  }

  /** Forgets all items. What arrives is ignored until the next `startLoading`. */
  clear(): void {
    this.#state = 'empty'
    this.#shown = []
    this.#waiting = []
    this.#cursor = null
  }

  /** Makes the first page the whole list. */
  replace({ items, next_cursor }: ItemPage<T>): void {
    const arrived = this.#waiting
    this.#state = 'loaded'
    this.#waiting = []
    this.#shown = items
    this.#cursor = next_cursor
    for (const item of arrived.toReversed()) this.arrive(item)
  }

  /** Adds the page below the list. */
  append({ items, next_cursor }: ItemPage<T>): void {
    this.#shown = [...this.#shown, ...items.filter((item) => !this.#knows(item))]
    this.#cursor = next_cursor
  }

  /** Takes a new item, or a new state of a known one. */
  arrive(item: T): void {
    if (this.#state === 'empty') return
    if (this.#knows(item)) {
      const { keyOf, isOutdated } = this.#options
      this.change(
        (known) => keyOf(known) === keyOf(item) && !isOutdated(item, known),
        () => item,
      )
    } else if (this.#options.isListed(item)) {
      this.#waiting = [item, ...this.#waiting]
      // In an empty list, nothing can move.
      if (this.isLoaded && this.#shown.length === 0) this.reveal()
    }
  }

  /** Changes the items that match, also those that wait. */
  change(matches: (item: T) => boolean, changed: (item: T) => T): void {
    const applied = (items: readonly T[]) =>
      items.map((item) => (matches(item) ? changed(item) : item))
    this.#shown = applied(this.#shown)
    this.#waiting = applied(this.#waiting)
  }

  /** Moves the items that wait to the top of the list. */
  reveal(): void {
    this.#shown = [...this.#waiting, ...this.#shown]
    this.#waiting = []
  }

  /** Whether no item is missing between the list and these newest ones. */
  isContinuedBy(newest: readonly T[]): boolean {
    return newest.some((item) => this.#knows(item))
  }

  #knows(item: T): boolean {
    const key = this.#options.keyOf(item)
    const isSame = (known: T) => this.#options.keyOf(known) === key
    return this.#shown.some(isSame) || this.#waiting.some(isSame)
  }
}
