// An author's copy of a message that the room confirmed, and its deletion by the author or a moderator.

import type { AcceptedMessage } from '../kit/final-state.ts'
import { callUntilAnswered, unlessGone } from './call-until-answered.ts'
import type { ClientParts } from './client-parts.ts'
import type { References } from './conversation/references.ts'

export type OwnMessage = AcceptedMessage & {
  /** Somebody has asked for it, and the outcome may not be known yet. */
  deletionRequested: boolean
  revision: number
  references: References
  /** When it was accepted, or its latest change, in milliseconds. */
  confirmedAt: number
}

/** Whether it need not be there any more. */
export function mayBeGone({ checker }: Pick<ClientParts, 'checker'>, message: OwnMessage): boolean {
  return message.deletionRequested || checker.purges.mayCover(message)
}

/**
 * Asks for the deletion until it is answered.
 * @param isLost whether the message was lost with the room's storage
 * @returns whether it is deleted
 */
export async function deleteMessage(
  parts: ClientParts,
  message: OwnMessage,
  isLost: () => boolean = () => false,
): Promise<boolean> {
  const { checker } = parts
  message.deletionRequested = true
  checker.allowDeletion(message.id)
  const path = `/messages/${message.id}`
  const { refusal } = await callUntilAnswered(parts, {
    ...{ method: 'DELETE', path },
    allows: unlessGone(isLost),
  })
  if (isLost()) return false
  if (refusal === 'muted') checker.report(`${parts.name}: a mute forbids the deletion ${path}`)
  checker.observeDeletion(message.id)
  message.deleted = true
  message.confirmedAt = Date.now()
  return true
}
