// Keeps only the visible rows in the document, and about a screen of rows around them. The visible
// rows stay where they are when others come above; at the end of the list, its end stays visible.

import { indexesToMount } from './indexes-to-mount.ts'
import { type Item, MountedRows, type RowView } from './mounted-rows.ts'
import { RowHeights } from './row-heights.ts'
import { type RowLayout, scrollTopFor, type VisibleRow, visibleRows } from './scroll-anchor.ts'

export type VirtualListOptions<R extends Item> = {
  scroller: HTMLElement
  list: HTMLElement
  /** A row keeps its view as long as it has the same key. */
  createRow: (row: R) => RowView<R>
  /** The height in pixels, for a row that was never measured. */
  estimate: (row: R, widthPx: number) => number
  /** Runs after each scroll and each change of size. */
  onScroll: () => void
  /** Runs when the row with the focus was removed. */
  onFocusLost: () => void
}

/** Visible rows that keep their positions, or the end of the list. */
type Anchor<R> = readonly VisibleRow<R>[] | 'end'

/** `fullPx` is the height of the scrolled content, `listPx` that of the content above the list. */
type Sizes = { widthPx: number; heightPx: number; fullPx: number; listPx: number }

const nearEndPx = 40
const passesMax = 6

export class VirtualList<R extends Item> {
  readonly #options: VirtualListOptions<R>
  readonly #heights = new RowHeights()
  readonly #mounted: MountedRows<R>
  #rows: readonly R[] = []
  /** The sizes at the last layout. */
  #sizes: Sizes = { widthPx: 0, heightPx: 0, fullPx: 0, listPx: 0 }
  #topPx = 0
  /** What keeps its position at each change of size. */
  #anchor: Anchor<R> = 'end'
  /** Whether the end of the list stays visible when rows are added below. */
  #followsEnd = true

  constructor(options: VirtualListOptions<R>) {
    this.#options = options
    const { scroller, list, createRow, onScroll, onFocusLost } = options
    const onResize = () => {
      if (!this.#syncWithScroller()) this.#layOutUntilStable(this.#anchor)
      onScroll()
    }
    this.#mounted = new MountedRows({ list, createRow, onResize, onFocusLost })
    const onScrollerChange = () => {
      if (this.#syncWithScroller()) onScroll()
    }
    scroller.addEventListener('scroll', onScrollerChange, { passive: true })
    new ResizeObserver(onScrollerChange).observe(scroller)
  }

  get atEnd(): boolean {
    return this.#anchor === 'end' || (this.#followsEnd && this.belowPx <= 1)
  }

  /** Pixels above the visible part. */
  get abovePx(): number {
    return this.#topPx
  }

  /** Pixels below the visible part. */
  get belowPx(): number {
    return Math.max(0, this.#sizes.fullPx - this.#sizes.heightPx - this.#topPx)
  }

  /** All rows that are visible, also in part. */
  get visibleRows(): readonly VisibleRow<R>[] {
    return visibleRows(this.#layout, { topPx: this.#listTopPx, heightPx: this.#sizes.heightPx })
  }

  get heightPx(): number {
    return this.#sizes.heightPx
  }

  /** @param end `follow`: while the end is visible, it stays visible when rows are added below */
  show(rows: readonly R[], end: 'follow' | 'hold' = 'follow'): void {
    this.#syncWithScroller()
    const anchor = this.atEnd && end === 'follow' ? 'end' : this.visibleRows
    this.#followsEnd = end === 'follow'
    this.#rows = rows
    this.#heights.setRows(
      rows.map(({ key }) => key),
      this.#estimate,
    )
    this.#moveTo(anchor)
  }

  scrollToEnd(): void {
    this.#moveTo('end')
    this.#options.onScroll()
  }

  /** Scrolls the row to a third of the height, unless all of it is visible. */
  scrollToRow(key: string): void {
    this.#syncWithScroller()
    const index = this.#heights.indexOf(key)
    if (index === undefined) return
    const { heightPx } = this.#sizes
    const topPx = this.#listTopPx
    const isBelowTop = this.#heights.topOf(index) >= topPx
    if (isBelowTop && this.#heights.topOf(index + 1) <= topPx + heightPx) return
    this.#moveTo([{ row: this.#rows[index] as R, topPx: heightPx / 3, endPx: heightPx / 3 }])
    this.#options.onScroll()
  }

  /** The position of the upper edge of the visible part within the list. */
  get #listTopPx(): number {
    return this.#topPx - this.#sizes.listPx
  }

  readonly #estimate = (index: number): number =>
    this.#options.estimate(this.#rows[index] as R, this.#sizes.widthPx)

  /** Follows a change of the size or of the scroll position. @returns whether there was any */
  #syncWithScroller(): boolean {
    const { clientWidth, clientHeight, scrollTop } = this.#options.scroller
    const { widthPx, heightPx } = this.#sizes
    // A browser may scroll because of a new size, and report the scroll first.
    if (clientWidth !== widthPx || clientHeight !== heightPx) this.#layOutUntilStable(this.#anchor)
    else if (Math.abs(scrollTop - this.#topPx) < 1) return false
    else {
      this.#topPx = scrollTop
      this.#readSizes()
      this.#moveTo(this.#followsEnd && this.belowPx < 1 ? 'end' : this.visibleRows)
    }
    return true
  }

  get #layout(): RowLayout<R> {
    return { rows: this.#rows, heights: this.#heights }
  }

  /** Scrolls to this anchor, which is kept from now on. */
  #moveTo(anchor: Anchor<R>): void {
    this.#layOutUntilStable(anchor)
    const atEnd = anchor === 'end' || (this.#followsEnd && this.belowPx < nearEndPx)
    this.#anchor = atEnd ? 'end' : this.visibleRows
  }

  /** Repeats, because measuring moves rows, and so shows other rows that are not measured yet. */
  #layOutUntilStable(anchor: Anchor<R>): void {
    this.#layOut(anchor)
    for (let pass = 0; pass < passesMax && this.#mounted.measure(this.#heights); pass++)
      this.#layOut(anchor)
    this.#mounted.position(this.#heights)
  }

  #layOut(anchor: Anchor<R>): void {
    const { list } = this.#options
    this.#readSizes()
    list.style.height = `${this.#heights.total}px`
    // The new height may show or hide a scroll bar.
    this.#readSizes()
    this.#scrollTo(anchor)
    const visible = { topPx: this.#listTopPx, heightPx: this.#sizes.heightPx }
    const indexes = indexesToMount(this.#heights, visible, this.#mounted.keptKeys)
    this.#mounted.show(indexes.map((index) => ({ row: this.#rows[index] as R, index })))
  }

  #readSizes(): void {
    const { scroller, list } = this.#options
    const { widthPx } = this.#sizes
    this.#sizes = {
      widthPx: scroller.clientWidth,
      heightPx: scroller.clientHeight,
      fullPx: scroller.scrollHeight,
      listPx: list.offsetTop,
    }
    if (this.#sizes.widthPx === widthPx) return
    this.#heights.clearMeasured(this.#estimate)
    this.#mounted.invalidateHeights()
  }

  #scrollTo(anchor: Anchor<R>): void {
    const { scroller } = this.#options
    const { fullPx, heightPx, listPx } = this.#sizes
    const target =
      anchor === 'end'
        ? fullPx - heightPx
        : listPx + (scrollTopFor(anchor, this.#layout, heightPx) ?? this.#listTopPx)
    if (Math.abs(target - scroller.scrollTop) >= 0.5) scroller.scrollTop = target
    this.#topPx = scroller.scrollTop
  }
}
