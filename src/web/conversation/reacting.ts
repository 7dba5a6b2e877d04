// Reactions in the list: chips that are clicked, the picker, and who reacted.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member } from '../../client/contract.ts'
import type { ChatMessage, SentMessage } from '../../client/state.ts'
import { type AddDialog, createPart } from '../elements/load-part.ts'
import type { Viewer } from '../permissions.ts'
import { chipsOf, toggled } from '../reactions/chips-of.ts'
import { createReactionAnnouncer } from '../reactions/reaction-announcer.ts'
import { reactionFailure } from '../reactions/reaction-failure.ts'
import { createReactionPicker } from '../reactions/reaction-picker.ts'
import type { ReactionStripOptions } from '../reactions/reaction-strip.ts'
import { createWhoTooltip } from '../reactions/who-tooltip.ts'
import * as strings from '../strings/en.json'
import type { Row } from './rows.ts'

export type ReactingOptions = {
  chat: Pick<ChatClient, 'state' | 'on' | 'react' | 'whoReacted'>
  user: Member
  viewer: () => Viewer
  list: HTMLElement
  rowOf: (key: string | undefined) => Row | undefined
  /** Shows a text for some seconds. */
  note: (text: string) => void
  addDialog: AddDialog
  onFocusLost: () => void
  signal: AbortSignal
}

export type Reacting = ReturnType<typeof createReacting>

export function createReacting(options: ReactingOptions) {
  const { chat, user, viewer, list, rowOf, note, addDialog, onFocusLost, signal } = options
  const picker = createReactionPicker(onFocusLost)
  const announcer = createReactionAnnouncer(user.id, signal)
  const whoDialog = createPart(
    {
      load: () => import('../reactions/who-dialog.ts'),
      begin: ({ createWhoDialog }) => addDialog(createWhoDialog({ chat, userId: user.id })),
    },
    signal,
  )
  const toggle = ({ id, ownReactions = [] }: SentMessage, emoji: string) => {
    const offered = chat.state.room?.reactions ?? []
    if (!viewer().canReact) return note(strings.reactionMuted)
    if (!ownReactions.includes(emoji) && !offered.includes(emoji))
      return note(strings.reactionNotOffered)
    if (chat.state.status !== 'online') note(strings.reactionWaits)
    chat.react(id, toggled(ownReactions, emoji)).catch((thrown) => note(reactionFailure(thrown)))
  }
  const toggleNow = (key: string, emoji: string) => {
    const message = rowOf(key)?.message
    if (message?.state === 'sent') toggle(message, emoji)
  }
  /** What a strip of emoji for this row shows; null: the user cannot react. */
  const stripFor = ({ key, message, offered }: Row): ReactionStripOptions | null =>
    message.state !== 'sent' || !viewer().canReact || offered.length === 0
      ? null
      : {
          offered,
          own: message.ownReactions ?? [],
          pick: (emoji) => toggleNow(key, emoji),
        }
  const tooltip = createWhoTooltip({
    ...{ chat, userId: user.id, list, signal },
    chipOf(element) {
      const row = rowOf(element.closest<HTMLElement>('[data-key]')?.dataset.key)
      if (row?.message.state !== 'sent') return null
      const chip = chipsOf(row.message, row.offered).find(
        ({ emoji }) => emoji === element.dataset.emoji,
      )
      return chip ? { id: row.message.id, chip } : null
    },
  })
  signal.addEventListener('abort', chat.on('mutation', picker.follow))

  return {
    elements: [picker.element, tooltip, announcer.element],
    /** To be called when messages may have changed. */
    update: () => announcer.follow(chat.state.messages),
    stripFor,
    toggle: (button: HTMLElement, { key }: Row) => toggleNow(key, button.dataset.emoji ?? ''),
    pick(button: HTMLElement, row: Row): void {
      const strip = stripFor(row)
      if (strip && row.message.state === 'sent') picker.open(button, row.message, strip)
    },
    showWho(message: ChatMessage, emoji: string | null): void {
      const offered = chat.state.room?.reactions ?? []
      if (message.state === 'sent') void whoDialog(({ open }) => open(message, emoji, offered))
    },
  }
}
