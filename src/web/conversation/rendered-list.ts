// The rows of the list as they are drawn: messages, and the lines for what moderators removed.

import type { ChatMessage } from '../../client/state.ts'
import { charactersPerLine, estimateLines } from '../text/text-shape.ts'
import { VirtualList } from '../virtual-list/virtual-list.ts'
import { createMessageRow, estimateRowHeight } from './message-row.ts'
import { createNoticeRow, noticeHeightPx } from './notice-row.ts'
import { isNotice, type ListRow, PurgeNotices } from './purge-notices.ts'
import { type Row, RowBuilder, type RowContext } from './rows.ts'
import { watchDay } from './today.ts'

export type RenderedListOptions = {
  scroller: HTMLElement
  list: HTMLElement
  editorOf: (row: Row) => HTMLElement
  /** Runs when all rows have to be drawn again. */
  onOutdated: () => void
  /** Runs after each scroll and each change of size. */
  onScroll: () => void
  onFocusLost: () => void
  signal: AbortSignal
}

type Shown = {
  messages: readonly ChatMessage[]
  /** `older`: a part of the history that ends before the newest message. */
  part: 'newest' | 'older'
}

export type RenderedList = ReturnType<typeof createRenderedList>

export function createRenderedList(options: RenderedListOptions) {
  const { scroller, list, onScroll, onFocusLost, onOutdated, signal } = options
  const purges = new PurgeNotices()
  let rows = new RowBuilder()
  let built: readonly Row[] = []
  /** A copy, because reading it makes the browser lay out the page. */
  let windowWidthPx = innerWidth
  const onResize = () => {
    windowWidthPx = innerWidth
  }
  addEventListener('resize', onResize, { signal })
  const day = watchDay(() => {
    rows = new RowBuilder()
    onOutdated()
  }, signal)
  const rowOptions = {
    today: day.today,
    charactersPerLine: () => charactersPerLine(windowWidthPx),
    editor: options.editorOf,
    onFocusLost,
  }
  const virtualList = new VirtualList<ListRow>({
    scroller,
    list,
    createRow: (row) => (isNotice(row) ? createNoticeRow() : createMessageRow(rowOptions)),
    estimate: (row, widthPx) =>
      isNotice(row) ? noticeHeightPx : estimateRowHeight(row, { lines: estimateLines, widthPx }),
    onScroll,
    onFocusLost,
  })

  return {
    virtualList,
    /** To be called when the page is shown again: a day may have passed. */
    checkDay: day.check,
    addPurge: (count: number, messages: readonly ChatMessage[]) => purges.add(count, messages),
    rowOf: (key: string | undefined) => built.find((row) => row.key === key),
    rowOfMessage: (id: string) => built.find(({ message }) => message.id === id),
    /** Where a message is, from what is visible. What is not in the list is above it. */
    sideOf(message: ChatMessage | undefined): 'above' | 'visible' | 'below' {
      const keys = virtualList.visibleRows.map(({ row }) => row.key)
      if (!message || keys.length === 0) return 'above'
      if (keys.includes(message.key)) return 'visible'
      const indexOf = (key: string | undefined) => built.findIndex((row) => row.key === key)
      return indexOf(message.key) < indexOf(keys[0]) ? 'above' : 'below'
    },
    /** @returns the number of rows */
    show({ messages, part }: Shown, context: Omit<RowContext, 'breaksAfter'>): number {
      built = rows.build(messages, { ...context, breaksAfter: purges.idsAbove })
      const all = part === 'older' ? built : purges.insertInto(built)
      virtualList.show(all, part === 'older' ? 'hold' : 'follow')
      return all.length
    },
  }
}
