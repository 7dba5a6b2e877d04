// The tab of the audit log: what was moderated, newest first.

import type { ChatClient } from '../../client/chat-client.ts'
import type { AuditEntry } from '../../client/contract.ts'
import { make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { plural } from '../strings/fill.ts'
import { auditSentence } from './audit-sentence.ts'
import { PagedItems } from './paged-items.ts'
import { createPagedList, type Entry } from './paged-list.ts'
import type { Section } from './section.ts'
import { sentenceNodes, timeElement } from './sentence-nodes.ts'

export type AuditLogOptions = {
  chat: Pick<ChatClient, 'on' | 'moderation'>
  signal: AbortSignal
}

const keyOf = ({ id }: AuditEntry) => id

export function createAuditLog({ chat, signal }: AuditLogOptions): Section {
  const list = createPagedList<AuditEntry>({
    label: strings.auditLog,
    items: new PagedItems<AuditEntry>({ keyOf }),
    keyOf,
    loadPage: async (cursor) => {
      const { entries, next_cursor } = await chat.moderation.audit(cursor)
      return { items: entries, next_cursor }
    },
    createEntry,
    emptyText: () => strings.nothingWasModeratedYet,
    arrivedText: (count) => plural(strings.countNewEntries, count),
  })
  const toolbar = make(
    'div',
    { class: 'toolbar' },
    make('p', { class: 'hint' }, strings.whatWasModeratedNewestFirst),
    list.arrived,
  )
  const stops = [
    chat.on('audit', (entry) => list.arrive(entry)),
    chat.on('status', ({ status }) => void (status === 'online' && list.catchUp())),
  ]
  signal.addEventListener('abort', () => {
    for (const stop of stops) stop()
  })
  return {
    element: make('div', {}, toolbar, list.element),
    open: () => void list.load(),
    close: () => list.clear(),
  }
}

/** An entry never changes. */
function createEntry(entry: AuditEntry): Entry<AuditEntry> {
  const sentence = make('p', {}, ...sentenceNodes(auditSentence(entry)))
  const time = make('p', { class: 'hint' }, timeElement(entry.at))
  return { element: make('li', {}, sentence, time), update() {} }
}
