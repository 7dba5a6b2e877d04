// Keeps in the document only the rows that are seen, and a screen's worth around them. What the
// person looks at stays where it is, whatever comes above; at the end, the end stays in sight.

import { Heights } from './heights.ts'
import { type Item, MountedRows, type View } from './mounted-rows.ts'

export type ListParts<R extends Item> = {
  scroller: HTMLElement
  list: HTMLElement
  open: () => View<R>
  /** Pixels, where the row was never measured. */
  guess: (row: R, widthPx: number) => number
  /** After each scroll and each change of size. */
  moved: () => void
}

/** A row, and how far below the upper edge of what is seen it began and ended. */
type Sight<R> = { row: R; topPx: number; endPx: number }

/** Rows and where they were in sight, or the end of the list. */
type Anchor<R> = Sight<R>[] | 'end'

/** Beyond each edge of what is seen, so that a fast scroll meets no emptiness. */
const overscanPx = 700
const nearEndPx = 40
const passesMax = 6

export class VirtualList<R extends Item> {
  readonly #parts: ListParts<R>
  readonly #heights = new Heights()
  readonly #mounted: MountedRows<R>
  #rows: readonly R[] = []
  #atEnd = true
  #topPx = 0
  #heightPx = 0
  #widthPx = 0

  constructor(parts: ListParts<R>) {
    this.#parts = parts
    this.#mounted = new MountedRows(parts.list, parts.open)
    parts.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true })
    new ResizeObserver(() => this.#resized()).observe(parts.scroller)
  }

  get atEnd(): boolean {
    return this.#atEnd
  }

  /** Pixels that are not seen yet above. */
  get abovePx(): number {
    return this.#topPx
  }

  /** Pixels that are not seen yet below. */
  get belowPx(): number {
    return Math.max(0, this.#parts.scroller.scrollHeight - this.#heightPx - this.#topPx)
  }

  show(rows: readonly R[]): void {
    const anchor = this.#anchor()
    this.#rows = rows
    this.#heights.lay(
      rows.map(({ key }) => key),
      this.#guess,
    )
    this.#settle(anchor)
  }

  toEnd(): void {
    this.#atEnd = true
    this.#settle('end')
    this.#parts.moved()
  }

  /** Brings the row into sight, a third from above, unless it is seen whole. */
  reveal(key: string): void {
    const place = this.#heights.placeOf(key)
    if (place === undefined) return
    const top = this.#listTopPx
    const seen = this.#heights.top(place) >= top
    if (seen && this.#heights.top(place + 1) <= top + this.#heightPx) return
    this.#atEnd = false
    const topPx = this.#heightPx / 3
    this.#settle([{ row: this.#rows[place] as R, topPx, endPx: topPx }])
    this.#parts.moved()
  }

  /** The row has another height, and was not drawn anew. */
  remeasure(key: string): void {
    const anchor = this.#anchor()
    this.#mounted.doubt(key)
    this.#settle(anchor)
  }

  /** Where in the list the upper edge of what is seen lies. */
  get #listTopPx(): number {
    return this.#topPx - this.#parts.list.offsetTop
  }

  readonly #guess = (place: number): number =>
    this.#parts.guess(this.#rows[place] as R, this.#widthPx)

  #scrolled(): void {
    const { scrollTop } = this.#parts.scroller
    // Of our own making, or none.
    if (Math.abs(scrollTop - this.#topPx) < 1) return
    this.#topPx = scrollTop
    this.#atEnd = this.belowPx < nearEndPx
    this.#settle(this.belowPx < 1 ? 'end' : this.#seen())
    this.#parts.moved()
  }

  #resized(): void {
    const { clientWidth, clientHeight } = this.#parts.scroller
    if (clientWidth === this.#widthPx && clientHeight === this.#heightPx) return
    const anchor = this.#anchor()
    this.#heightPx = clientHeight
    if (clientWidth !== this.#widthPx) {
      this.#widthPx = clientWidth
      this.#heights.forget(this.#guess)
      this.#mounted.doubt()
    }
    this.#settle(anchor)
    this.#parts.moved()
  }

  #anchor(): Anchor<R> {
    return this.#atEnd ? 'end' : this.#seen()
  }

  /** All that is seen: should one row go, the next holds the place. */
  #seen(): Sight<R>[] {
    const top = this.#listTopPx
    const { from, to } = this.#heights.between(top, top + this.#heightPx)
    return this.#rows.slice(from, to).map((row, index) => ({
      row,
      topPx: this.#heights.top(from + index) - top,
      endPx: this.#heights.top(from + index + 1) - top,
    }))
  }

  /** Measuring moves rows, which brings others into sight, which are measured: until it is quiet. */
  #settle(anchor: Anchor<R>): void {
    for (let pass = 0; pass < passesMax; pass++) {
      this.#parts.list.style.height = `${this.#heights.total}px`
      this.#scrollTo(anchor)
      this.#mounted.show(this.#wanted().map((place) => ({ row: this.#rows[place] as R, place })))
      if (!this.#mounted.measure(this.#heights)) break
    }
    this.#mounted.place(this.#heights)
  }

  #scrollTo(anchor: Anchor<R>): void {
    const { scroller, list } = this.#parts
    const target =
      anchor === 'end' ? scroller.scrollHeight : list.offsetTop + this.#listTopFor(anchor)
    if (Math.abs(target - scroller.scrollTop) >= 0.5) scroller.scrollTop = target
    this.#topPx = scroller.scrollTop
  }

  /** Where the upper edge has to lie in the list, so that what was seen stays where it is. */
  #listTopFor(seen: Sight<R>[]): number {
    const here = seen.filter(({ row: { key } }) => this.#heights.placeOf(key) !== undefined)
    const placeOf = ({ row }: Sight<R>) => this.#heights.placeOf(row.key) ?? 0
    // One that is the same as before: another may have lost the day above its text.
    const same = here.find((sight) => this.#rows[placeOf(sight)] === sight.row)
    if (same) return this.#heights.top(placeOf(same)) - same.topPx
    const [changed] = here
    if (changed) return this.#heights.top(placeOf(changed) + 1) - changed.endPx
    return this.#listTopPx
  }

  #wanted(): number[] {
    const top = this.#listTopPx
    const { from, to } = this.#heights.between(top - overscanPx, top + this.#heightPx + overscanPx)
    const places = Array.from({ length: to - from }, (_, index) => from + index)
    const focused = this.#heights.placeOf(this.#mounted.focusedKey ?? '')
    if (focused !== undefined && focused < from) places.unshift(focused)
    if (focused !== undefined && focused >= to) places.push(focused)
    return places
  }
}
