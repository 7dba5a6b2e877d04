// What the message field needs from the page, and what it shows.

import type { ChatState } from '../../client/state.ts'
import type { WriteRefusal } from '../text/write-refusal.ts'
import type { Draft } from './draft.ts'
import type { MentionSource } from './mention-completion.ts'
import type { Outgoing, ReplyTarget } from './outgoing.ts'

export type ComposerOptions = {
  draft: Draft
  people: MentionSource
  findMessage: (id: string) => Promise<ReplyTarget>
  send: (message: Outgoing) => void
  typing: () => void
  enterSends: () => boolean
  /** Runs when the user presses the up arrow in the empty field. */
  editLast: () => void
  signal: AbortSignal
}

export type Shown = Pick<ChatState, 'typing' | 'messages' | 'sendPausedUntil' | 'maxContent'> & {
  /** Why the user cannot write; null: the user can. */
  readonly refusal: WriteRefusal | null
  /** The slow mode for this user; 0: off. */
  readonly slowModeMs: number
}

export const initial: Shown = {
  typing: [],
  messages: [],
  sendPausedUntil: null,
  maxContent: 2000,
  refusal: null,
  slowModeMs: 0,
}
