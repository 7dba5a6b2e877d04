// The rows that are in the document: opens them, measures them, and puts each in its place.

import { setAttribute } from './dom.ts'
import type { Heights } from './heights.ts'

export type Item = { readonly key: string }

/** A row in the document, as it shows what `update` was last given. */
export type View<R> = { readonly element: HTMLElement; update(row: R): void }

type Mounted<R> = { view: View<R>; row: R; measured: boolean; topPx: number }

export class MountedRows<R extends Item> {
  readonly #list: HTMLElement
  readonly #open: () => View<R>
  readonly #mounted = new Map<string, Mounted<R>>()

  constructor(list: HTMLElement, open: () => View<R>) {
    this.#list = list
    this.#open = open
  }

  /** The key of the row that has the focus: whoever writes in it may look elsewhere meanwhile. */
  get focusedKey(): string | undefined {
    return document.activeElement?.closest<HTMLElement>('[data-key]')?.dataset.key
  }

  /** These rows, at these places in the whole list, and no others. */
  show(rows: readonly { row: R; place: number }[]): void {
    const keys = new Set(rows.map(({ row }) => row.key))
    for (const [key, { view }] of this.#mounted)
      if (!keys.has(key)) {
        this.#mounted.delete(key)
        view.element.remove()
      }
    let next = this.#list.firstElementChild
    for (const { row, place } of rows) {
      const element = this.#elementOf(row)
      setAttribute(element, 'aria-posinset', place + 1)
      if (element === next) next = next.nextElementSibling
      else this.#list.insertBefore(element, next)
    }
  }

  /** Measures what was not. @returns whether that moved anything */
  measure(heights: Heights): boolean {
    let moved = false
    for (const [key, mounted] of this.#mounted) {
      if (mounted.measured) continue
      mounted.measured = true
      if (heights.measure(key, mounted.view.element.offsetHeight)) moved = true
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

  /** This row has another height, and was not drawn anew; without a key: all have. */
  doubt(key?: string): void {
    for (const [held, mounted] of this.#mounted)
      if (key === undefined || key === held) mounted.measured = false
  }

  #elementOf(row: R): HTMLElement {
    const held = this.#mounted.get(row.key)
    if (held?.row === row) return held.view.element
    const view = held?.view ?? this.#open()
    view.element.dataset.key = row.key
    const topPx = held?.topPx ?? Number.NaN
    this.#mounted.set(row.key, { view, row, measured: false, topPx })
    view.update(row)
    return view.element
  }
}
