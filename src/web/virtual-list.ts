// Keeps in the document only the rows that are seen, and a screen's worth around them. What the
// person looks at stays where it is, whatever comes above; at the end, the end stays in sight.

import { Heights } from './heights.ts'
import { type Item, MountedRows, type View } from './mounted-rows.ts'
import { type Laid, type Sight, sightsOf, topFor } from './sight.ts'

export type ListParts<R extends Item> = {
  scroller: HTMLElement
  list: HTMLElement
  open: () => View<R>
  /** Pixels, where the row was never measured. */
  guess: (row: R, widthPx: number) => number
  /** After each scroll and each change of size. */
  moved: () => void
  /** The row that had the focus is gone. */
  focusLost: () => void
}

/** Rows and where they were in sight, or the end of the list. */
type Anchor<R> = readonly Sight<R>[] | 'end'

/** Of what is seen: `fullPx` is all that can be scrolled through, `listPx` what lies above the list. */
type Sizes = { widthPx: number; heightPx: number; fullPx: number; listPx: number }

/** Beyond each edge of what is seen, so that a fast scroll meets no emptiness. */
const overscanPx = 700
const nearEndPx = 40
const passesMax = 6

export class VirtualList<R extends Item> {
  readonly #parts: ListParts<R>
  readonly #heights = new Heights()
  readonly #mounted: MountedRows<R>
  #rows: readonly R[] = []
  /** As they were when the rows were put in their places. */
  #sizes: Sizes = { widthPx: 0, heightPx: 0, fullPx: 0, listPx: 0 }
  #topPx = 0
  /** What the person looks at, and every change of size keeps in its place. */
  #anchor: Anchor<R> = 'end'

  constructor(parts: ListParts<R>) {
    this.#parts = parts
    const { scroller, list, open, moved, focusLost } = parts
    const resized = () => {
      if (!this.#catchUp()) this.#settle(this.#anchor)
      moved()
    }
    this.#mounted = new MountedRows({ list, open, resized, focusLost })
    const follow = () => {
      if (this.#catchUp()) moved()
    }
    scroller.addEventListener('scroll', follow, { passive: true })
    new ResizeObserver(follow).observe(scroller)
  }

  get atEnd(): boolean {
    return this.#anchor === 'end' || this.belowPx <= 1
  }

  /** Pixels that are not seen yet above. */
  get abovePx(): number {
    return this.#topPx
  }

  /** Pixels that are not seen yet below. */
  get belowPx(): number {
    return Math.max(0, this.#sizes.fullPx - this.#sizes.heightPx - this.#topPx)
  }

  show(rows: readonly R[]): void {
    this.#catchUp()
    const anchor = this.atEnd ? 'end' : this.#seen()
    this.#rows = rows
    this.#heights.lay(
      rows.map(({ key }) => key),
      this.#guess,
    )
    this.#go(anchor)
  }

  toEnd(): void {
    this.#go('end')
    this.#parts.moved()
  }

  /** Brings the row into sight, a third from above, unless it is seen whole. */
  reveal(key: string): void {
    this.#catchUp()
    const place = this.#heights.placeOf(key)
    if (place === undefined) return
    const { heightPx } = this.#sizes
    const top = this.#listTopPx
    const seen = this.#heights.top(place) >= top
    if (seen && this.#heights.top(place + 1) <= top + heightPx) return
    this.#go([{ row: this.#rows[place] as R, topPx: heightPx / 3, endPx: heightPx / 3 }])
    this.#parts.moved()
  }

  /** Where in the list the upper edge of what is seen lies. */
  get #listTopPx(): number {
    return this.#topPx - this.#sizes.listPx
  }

  readonly #guess = (place: number): number =>
    this.#parts.guess(this.#rows[place] as R, this.#sizes.widthPx)

  /** Takes note of other sizes, or of where the person scrolled to. @returns whether there was any */
  #catchUp(): boolean {
    const { clientWidth, clientHeight, scrollTop } = this.#parts.scroller
    const { widthPx, heightPx } = this.#sizes
    // When the sizes change the browser scrolls by itself, and may tell of that first.
    if (clientWidth !== widthPx || clientHeight !== heightPx) this.#settle(this.#anchor)
    else if (Math.abs(scrollTop - this.#topPx) < 1) return false
    else {
      this.#topPx = scrollTop
      this.#takeSizes()
      this.#go(this.belowPx < 1 ? 'end' : this.#seen())
    }
    return true
  }

  get #laid(): Laid<R> {
    return { rows: this.#rows, heights: this.#heights }
  }

  #seen(): Sight<R>[] {
    return sightsOf(this.#laid, { topPx: this.#listTopPx, heightPx: this.#sizes.heightPx })
  }

  /** To where the person wants to be from now on. */
  #go(anchor: Anchor<R>): void {
    this.#settle(anchor)
    const atEnd = anchor === 'end' || this.belowPx < nearEndPx
    this.#anchor = atEnd ? 'end' : this.#seen()
  }

  /** Measuring moves rows, which brings others into sight, which are measured: until it is quiet. */
  #settle(anchor: Anchor<R>): void {
    this.#arrange(anchor)
    for (let pass = 0; pass < passesMax && this.#mounted.measure(this.#heights); pass++)
      this.#arrange(anchor)
    this.#mounted.place(this.#heights)
  }

  #arrange(anchor: Anchor<R>): void {
    const { list } = this.#parts
    this.#takeSizes()
    list.style.height = `${this.#heights.total}px`
    // A scroll bar may have come or gone with that.
    this.#takeSizes()
    this.#scrollTo(anchor)
    this.#mounted.show(this.#wanted().map((place) => ({ row: this.#rows[place] as R, place })))
  }

  #takeSizes(): void {
    const { scroller, list } = this.#parts
    const { widthPx } = this.#sizes
    this.#sizes = {
      widthPx: scroller.clientWidth,
      heightPx: scroller.clientHeight,
      fullPx: scroller.scrollHeight,
      listPx: list.offsetTop,
    }
    if (this.#sizes.widthPx === widthPx) return
    this.#heights.forget(this.#guess)
    this.#mounted.doubt()
  }

  #scrollTo(anchor: Anchor<R>): void {
    const { scroller } = this.#parts
    const { fullPx, heightPx, listPx } = this.#sizes
    const target =
      anchor === 'end'
        ? fullPx - heightPx
        : listPx + (topFor(anchor, this.#laid, heightPx) ?? this.#listTopPx)
    if (Math.abs(target - scroller.scrollTop) >= 0.5) scroller.scrollTop = target
    this.#topPx = scroller.scrollTop
  }

  #wanted(): number[] {
    const top = this.#listTopPx
    const below = top + this.#sizes.heightPx
    const { from, to } = this.#heights.between(top - overscanPx, below + overscanPx)
    const places = new Set<number>()
    const want = (first: number, last: number) => {
      for (let place = first; place <= last; place++) places.add(place)
    }
    want(from, to - 1)
    for (const keys of this.#mounted.heldKeys) {
      const held = keys.flatMap((key) => this.#heights.placeOf(key) ?? [])
      if (held.length > 0) want(Math.min(...held), Math.max(...held))
    }
    return [...places].sort((a, b) => a - b)
  }
}
