// A row of the list that is no message: one quiet line.

import { make, setText } from '../elements/dom.ts'
import { purgeLine } from '../text/sentences.ts'
import type { RowView } from '../virtual-list/mounted-rows.ts'
import type { NoticeRow } from './purge-notices.ts'

/** Pixels, before the row was ever measured. */
export const noticeHeightPx = 40

export function createNoticeRow(): RowView<NoticeRow> {
  const text = make('span')
  const element = make('li', { class: 'row' }, make('div', { class: 'purged' }, text))
  return { element, update: ({ removed }) => setText(text, purgeLine(removed)) }
}
