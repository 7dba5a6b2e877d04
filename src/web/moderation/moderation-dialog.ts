// The content of the moderation dialog: its tabs. It exists from its first opening until the user is no moderator
// any more, so that closing the dialog loses nothing that was typed.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member, ReportPage, Room } from '../../client/contract.ts'
import { iconButton, make } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { createAuditLog } from './audit-log.ts'
import { createReports } from './reports.ts'
import { createRestrictedPeople } from './restricted-people.ts'
import { createRoomSettings } from './room-settings.ts'
import type { Section } from './section.ts'
import { createTabs } from './tabs.ts'
import { createWordList } from './word-list.ts'

export type ModerationChat = Pick<ChatClient, 'state' | 'on' | 'moderation' | 'remove'>

export type ModerationDialogOptions = {
  chat: ModerationChat
  room: Room
  openPerson: (person: Member) => void
  onOpenReports: (page: ReportPage) => void
  close: () => void
  /** The id of the title of the dialog. */
  titleId: string
  signal: AbortSignal
}

export function createModerationDialog(options: ModerationDialogOptions) {
  const settings = createRoomSettings({ moderation: options.chat.moderation, room: options.room })
  const sections = new Map<string, { label: string; section: Section }>([
    ['reports', { label: strings.reports, section: createReports(options) }],
    ['audit', { label: strings.auditLog, section: createAuditLog(options) }],
    ['room', { label: strings.room, section: settings.section }],
    ['words', { label: strings.wordList, section: createWordList(options) }],
    ['restricted', { label: strings.mutedAndBanned, section: createRestrictedPeople(options) }],
  ])
  const opened = new Set<Section>()
  const tabs = createTabs(
    strings.moderation,
    [...sections].map(([name, { label, section }]) => ({ name, label, content: section.element })),
    (name) => {
      const section = sections.get(name)?.section
      if (!section || opened.has(section)) return
      opened.add(section)
      section.open()
    },
  )
  const closeButton = iconButton('close', strings.close)
  closeButton.addEventListener('click', options.close)
  return {
    parts: [
      make(
        'div',
        { class: 'moderation-head' },
        make('h2', { id: options.titleId }, strings.moderation),
        closeButton,
      ),
      tabs.list,
      ...tabs.panels,
    ],
    update: settings.update,
    /** To be called when the dialog is shown. */
    open: () => tabs.choose('reports'),
    /** To be called when the dialog was closed. */
    close(): void {
      for (const section of opened) section.close()
      opened.clear()
    },
  }
}
