// Shows a list that is read page by page. New items are only counted, in a line to press, and rows that
// change keep their place and the focus.

import { make, setChildren, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import type { ItemPage, PagedItems } from './paged-items.ts'
import { readFailure } from './read-failure.ts'

export type Entry<T> = { element: HTMLElement; update: (item: T) => void }

export type PagedListOptions<T> = {
  label: string
  items: PagedItems<T>
  keyOf: (item: T) => string
  /** @param cursor null: the first page */
  loadPage: (cursor: string | null) => Promise<ItemPage<T>>
  createEntry: (item: T) => Entry<T>
  /** The text of a list without any item. */
  emptyText: () => string
  /** Such as `2 new reports`. */
  arrivedText: (count: number) => string
}

type Drawn<T> = { item: T; entry: Entry<T> }

export function createPagedList<T>(options: PagedListOptions<T>) {
  const { label, items, keyOf, loadPage, createEntry, emptyText, arrivedText } = options
  const list = make('ul', { role: 'list', 'aria-label': label, tabindex: -1 })
  const status = make('p', { class: 'help', role: 'status' })
  const more = make('button', { type: 'button', class: 'small quiet', hidden: true })
  const element = make('div', { class: 'paged-list' }, list, status, more)
  const arrivedButton = make('button', { type: 'button', class: 'small primary', hidden: true })
  const arrived = make('div', { role: 'status' }, arrivedButton)
  let drawn = new Map<string, Drawn<T>>()
  let requests = 0
  let hasFailed = false

  const draw = () => {
    const before = drawn
    drawn = new Map(
      items.shown.map((item) => {
        const known = before.get(keyOf(item))
        if (known && known.item !== item) known.entry.update(item)
        return [keyOf(item), { item, entry: known?.entry ?? createEntry(item) }]
      }),
    )
    setChildren(list, ...[...drawn.values()].map(({ entry }) => entry.element))
    arrivedButton.hidden = items.waitingCount === 0
    setText(arrivedButton, items.waitingCount === 0 ? '' : arrivedText(items.waitingCount))
    more.hidden = items.isLoaded ? items.cursor === null : !hasFailed
    setText(more, items.isLoaded ? strings.loadMore : strings.tryAgain)
  }
  const showEnd = () => {
    setText(status, items.isLoaded && items.shown.length === 0 ? emptyText() : '')
  }
  /** The answer to an earlier request is dropped. */
  const request = async (cursor: string | null, apply: (page: ItemPage<T>) => void) => {
    const number = ++requests
    hasFailed = false
    setText(status, strings.loading)
    try {
      const page = await loadPage(cursor)
      if (number !== requests) return
      apply(page)
      draw()
      showEnd()
    } catch (thrown) {
      if (number !== requests) return
      hasFailed = true
      draw()
      setText(status, readFailure(thrown))
    }
  }
  const load = () => {
    items.startLoading()
    const answer = request(null, (page) => items.replace(page))
    draw()
    return answer
  }
  const focusEntry = (index: number) => {
    const row = list.children.item(index)
    if (!(row instanceof HTMLElement)) return list.focus()
    row.tabIndex = -1
    row.focus()
  }

  more.addEventListener('click', async () => {
    const before = items.shown.length
    if (items.isLoaded) await request(items.cursor, (page) => items.append(page))
    else await load()
    if (items.shown.length > before || more.hidden) focusEntry(before)
  })
  arrivedButton.addEventListener('click', () => {
    items.reveal()
    draw()
    focusEntry(0)
  })

  return {
    element,
    /** Holds the line with the number of new items. Its place is where it moves no row. */
    arrived,
    load,
    /** Takes a new item, or a new state of a known one. */
    arrive(item: T): void {
      items.arrive(item)
      draw()
      if (items.shown.length > 0 && status.textContent === emptyText()) showEnd()
    },
    change(matches: (item: T) => boolean, changed: (item: T) => T): void {
      items.change(matches, changed)
      draw()
    },
    /** Loads what has changed since the connection was lost, without moving the rows. */
    async catchUp(): Promise<void> {
      if (!items.isLoaded) return
      try {
        const page = await loadPage(null)
        if (!items.isLoaded) return
        if (items.isContinuedBy(page.items)) {
          for (const item of page.items.toReversed()) items.arrive(item)
        } else {
          items.replace(page)
        }
        draw()
        showEnd()
      } catch (thrown) {
        setText(status, readFailure(thrown))
      }
    },
    clear(): void {
      requests++
      hasFailed = false
      items.clear()
      draw()
      setText(status, '')
    },
  }
}
