// The rows that are in the document: creates, measures and positions them. A row that has the focus
// or a selection is never moved within the document, because it would lose them.

import { setAttribute } from '../elements/dom.ts'
import type { RowHeights } from './row-heights.ts'

export type Item = { readonly key: string }

/** The element of a row. It shows the row that `update` got last. */
export type RowView<R> = { readonly element: HTMLElement; update(row: R): void }

export type MountedRowsOptions<R extends Item> = {
  list: HTMLElement
  createRow: (row: R) => RowView<R>
  /** To be called when rows have other heights without an update. */
  onResize: () => void
  /** Runs when the row with the focus was removed. */
  onFocusLost: () => void
}

/** `heightPx` is null until it is measured. */
type Mounted<R> = { view: RowView<R>; row: R; heightPx: number | null; topPx: number }

export class MountedRows<R extends Item> {
  readonly #options: MountedRowsOptions<R>
  readonly #mounted = new Map<string, Mounted<R>>()
  readonly #sizes: ResizeObserver

  constructor(options: MountedRowsOptions<R>) {
    this.#options = options
    this.#sizes = new ResizeObserver((entries) => {
      let hasResized = false
      for (const key of entries.flatMap(({ target }) => keysOf(target))) {
        const mounted = this.#mounted.get(key)
        if (!mounted || mounted.view.element.offsetHeight === mounted.heightPx) continue
        mounted.heightPx = null
        hasResized = true
      }
      if (hasResized) options.onResize()
    })
  }

  /**
   * Keys of rows that stay in the document even when they are not visible: the row with the focus,
   * where the user may be typing, and all rows of a selection.
   */
  get keptKeys(): string[][] {
    const focused = document.activeElement?.closest('[data-key]') ?? null
    return [[focused], this.#selectedElements()].map((elements) => elements.flatMap(keysOf))
  }

  /** Shows these rows, with their indexes in the whole list, and removes all others. */
  show(rows: readonly { row: R; index: number }[]): void {
    const keys = new Set(rows.map(({ row }) => row.key))
    for (const [key, { view }] of this.#mounted)
      if (!keys.has(key)) this.#unmount(key, view.element)
    let before: Element | null = null
    for (const { row, index } of rows) {
      const element = this.#elementOf(row)
      setAttribute(element, 'aria-posinset', index + 1)
      this.#insertAfter(before, element)
      before = element
    }
  }

  /** Measures all rows without a height. @returns whether that moved any row */
  measure(heights: RowHeights): boolean {
    let hasMoved = false
    for (const [key, mounted] of this.#mounted) {
      if (mounted.heightPx !== null) continue
      mounted.heightPx = mounted.view.element.offsetHeight
      if (heights.setMeasured(key, mounted.heightPx)) hasMoved = true
    }
    return hasMoved
  }

  position(heights: RowHeights): void {
    for (const [key, mounted] of this.#mounted) {
      const topPx = heights.topOf(heights.indexOf(key) ?? 0)
      if (topPx === mounted.topPx) continue
      mounted.topPx = topPx
      mounted.view.element.style.transform = `translateY(${topPx}px)`
    }
  }

  /** To be called when all rows may have other heights. */
  invalidateHeights(): void {
    for (const mounted of this.#mounted.values()) mounted.heightPx = null
  }

  #elementOf(row: R): HTMLElement {
    const mounted = this.#mounted.get(row.key)
    if (mounted?.row === row) return mounted.view.element
    const view = mounted?.view ?? this.#mount(row)
    const topPx = mounted?.topPx ?? Number.NaN
    this.#mounted.set(row.key, { view, row, heightPx: null, topPx })
    view.update(row)
    return view.element
  }

  #mount(row: R): RowView<R> {
    const { key } = row
    const view = this.#options.createRow(row)
    view.element.dataset.key = key
    // Observing a row within a callback of the observer makes the browser report an error.
    requestAnimationFrame(() => {
      if (this.#mounted.get(key)?.view === view) this.#sizes.observe(view.element)
    })
    return view
  }

  #unmount(key: string, element: HTMLElement): void {
    const focused = element.contains(document.activeElement)
    this.#sizes.unobserve(element)
    this.#mounted.delete(key)
    element.remove()
    if (focused) this.#options.onFocusLost()
  }

  #insertAfter(before: Element | null, element: HTMLElement): void {
    const { list } = this.#options
    const next = before ? before.nextElementSibling : list.firstElementChild
    if (element === next) return
    if (element.parentElement !== list || !this.#isInUse(element)) {
      list.insertBefore(element, next)
      return
    }
    // The rows before it are moved instead, and get their own positions next.
    while (element.previousElementSibling !== before) element.after(element.previousSibling as Node)
  }

  #isInUse(element: HTMLElement): boolean {
    return element.contains(document.activeElement) || this.#selectedElements().includes(element)
  }

  /** The rows of a selection that begins or ends in the list. */
  #selectedElements(): Element[] {
    const { list } = this.#options
    const selection = document.getSelection()
    if (!selection || selection.rangeCount === 0) return []
    if (!list.contains(selection.anchorNode) && !list.contains(selection.focusNode)) return []
    const range = selection.getRangeAt(0)
    return [...list.children].filter((element) => range.intersectsNode(element))
  }
}

const keysOf = (element: Element | null): string[] =>
  element instanceof HTMLElement && element.dataset.key !== undefined ? [element.dataset.key] : []
