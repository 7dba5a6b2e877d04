// The rows that are in the document: opens them, measures them, and puts each in its place. A row
// that stays in the document is never moved within it: it would lose the focus and the selection.

import { setAttribute } from './dom.ts'
import type { Heights } from './heights.ts'

export type Item = { readonly key: string }

/** A row in the document, as it shows what `update` was last given. */
export type View<R> = { readonly element: HTMLElement; update(row: R): void }

export type MountedParts<R extends Item> = {
  list: HTMLElement
  open: () => View<R>
  /** Rows have other heights than those measured, and were not updated. */
  resized: () => void
  /** The row that had the focus is gone. */
  focusLost: () => void
}

/** `heightPx` is null until it is measured. */
type Mounted<R> = { view: View<R>; row: R; heightPx: number | null; topPx: number }

export class MountedRows<R extends Item> {
  readonly #parts: MountedParts<R>
  readonly #mounted = new Map<string, Mounted<R>>()
  readonly #sizes: ResizeObserver

  constructor(parts: MountedParts<R>) {
    this.#parts = parts
    this.#sizes = new ResizeObserver((entries) => {
      let resized = false
      for (const key of entries.flatMap(({ target }) => keysOf(target))) {
        const mounted = this.#mounted.get(key)
        if (!mounted || mounted.view.element.offsetHeight === mounted.heightPx) continue
        mounted.heightPx = null
        resized = true
      }
      if (resized) parts.resized()
    })
  }

  /**
   * Keys of rows that stay, even out of sight: the one with the focus, since the person may scroll
   * away while they write in it; and those that a selection touches, with all between them.
   */
  get heldKeys(): string[][] {
    const focused = document.activeElement?.closest('[data-key]') ?? null
    return [[focused], this.#selectedElements()].map((elements) => elements.flatMap(keysOf))
  }

  /** These rows, at these places in the whole list, and no others. */
  show(rows: readonly { row: R; place: number }[]): void {
    const keys = new Set(rows.map(({ row }) => row.key))
    for (const [key, { view }] of this.#mounted)
      if (!keys.has(key)) this.#unmount(key, view.element)
    let before: Element | null = null
    for (const { row, place } of rows) {
      const element = this.#elementOf(row)
      setAttribute(element, 'aria-posinset', place + 1)
      this.#putBehind(before, element)
      before = element
    }
  }

  /** Measures what was not. @returns whether that moved anything */
  measure(heights: Heights): boolean {
    let moved = false
    for (const [key, mounted] of this.#mounted) {
      if (mounted.heightPx !== null) continue
      mounted.heightPx = mounted.view.element.offsetHeight
      if (heights.measure(key, mounted.heightPx)) moved = true
    }
    return moved
  }

  place(heights: Heights): void {
    for (const [key, mounted] of this.#mounted) {
      const topPx = heights.top(heights.placeOf(key) ?? 0)
      if (topPx === mounted.topPx) continue
      mounted.topPx = topPx
      mounted.view.element.style.transform = `translateY(${topPx}px)`
    }
  }

  /** All have other heights. */
  doubt(): void {
    for (const mounted of this.#mounted.values()) mounted.heightPx = null
  }

  #elementOf(row: R): HTMLElement {
    const held = this.#mounted.get(row.key)
    if (held?.row === row) return held.view.element
    const view = held?.view ?? this.#mount(row.key)
    const topPx = held?.topPx ?? Number.NaN
    this.#mounted.set(row.key, { view, row, heightPx: null, topPx })
    view.update(row)
    return view.element
  }

  #mount(key: string): View<R> {
    const view = this.#parts.open()
    view.element.dataset.key = key
    // Rows may come while the browser tells of sizes: it would complain of those it tells too late.
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
    if (focused) this.#parts.focusLost()
  }

  #putBehind(before: Element | null, element: HTMLElement): void {
    const { list } = this.#parts
    const there = before ? before.nextElementSibling : list.firstElementChild
    if (element === there) return
    if (element.parentElement !== list || !this.#isInUse(element)) {
      list.insertBefore(element, there)
      return
    }
    // Those between come behind it, and are put in their own places next.
    while (element.previousElementSibling !== before) element.after(element.previousSibling as Node)
  }

  #isInUse(element: HTMLElement): boolean {
    return element.contains(document.activeElement) || this.#selectedElements().includes(element)
  }

  /** Those that a selection touches which begins or ends in the list. */
  #selectedElements(): Element[] {
    const { list } = this.#parts
    const selection = document.getSelection()
    if (!selection || selection.rangeCount === 0) return []
    if (!list.contains(selection.anchorNode) && !list.contains(selection.focusNode)) return []
    const range = selection.getRangeAt(0)
    return [...list.children].filter((element) => range.intersectsNode(element))
  }
}

const keysOf = (element: Element | null): string[] =>
  element instanceof HTMLElement && element.dataset.key !== undefined ? [element.dataset.key] : []
