// What the list of messages needs of the rest of the page.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member, Role } from '../../client/contract.ts'
import type { ChatMessage, SentMessage } from '../../client/state.ts'
import type { AddDialog } from '../elements/load-part.ts'
import type { Viewer } from '../permissions.ts'

export type ConversationOptions = {
  chat: ChatClient
  user: Member
  viewer: () => Viewer
  /** By user id. */
  roles: () => ReadonlyMap<string, Role>
  /** The name of a person; undefined: it is not known. */
  nameOf: (id: string) => string | undefined
  /** Opens the card of a person. */
  openPerson: (person: Member) => void
  /** To be called when the focus should return to the message field. */
  focusComposer: () => void
  enterSends: () => boolean
  /** Moves a refused message back into the message field. @returns whether it fits */
  rewrite: (message: ChatMessage) => boolean
  /** Makes the next message a reply to this one. */
  reply: (message: SentMessage) => void
  /** Runs when the number of unread messages may have changed. */
  onReading: () => void
  /** Adds a dialog to the page. */
  addDialog: AddDialog
  signal: AbortSignal
}
