// Sends a message: looks for an earlier request with the same client_id, applies the limits, and
// writes one row to the log.

import type { Member } from '../../contract/entities.ts'
import type { Refusal } from '../../contract/problems.ts'
import { compose, type StoredMessage } from '../../domain/message.ts'
import type { MessageReferences } from '../../domain/references.ts'
import type { Clock } from '../clock/clock.ts'
import type { PostingRules } from '../limits/posting-rules.ts'
import type { Load, RateLimits } from '../limits/rate-limits.ts'
import type { EarlierTry, IdempotencyKeys } from '../log/idempotency-keys.ts'
import type { Messages } from '../log/messages/messages.ts'
import type { MirrorWriter } from '../presence/mirror-writer.ts'
import { accepted, type Command, refused } from '../sequencer/command.ts'

export type SendState = {
  clock: Clock
  messages: Messages
  idempotencyKeys: IdempotencyKeys
  rateLimits: RateLimits
  postingRules: PostingRules
  mirrorWriter: Pick<MirrorWriter, 'recordSend'>
  broadcaster: { loadBy(userId: string): Load }
}

export type SendRequest = {
  author: Member
  content: string
  references: MessageReferences | null
  clientId: string | null
  /** The message that the archive has for this `clientId`, if it was looked up. */
  archivedId?: string | undefined
  /** Rate limits use the arrival time, not the time the command is applied. Milliseconds. */
  arrivedAt: number
}

export type SendResult =
  | { kind: 'sent'; message: StoredMessage }
  | { kind: 'repeated'; earlier: EarlierTry }

function refusalOfSend(
  { postingRules, rateLimits, broadcaster }: SendState,
  author: Member,
  arrivedAt: number,
): Refusal | null {
  return (
    postingRules.refusalOfWriting(author) ??
    postingRules.refusalOfSlowMode(author, arrivedAt) ??
    rateLimits.refusalOfSend(author.id, arrivedAt, broadcaster.loadBy(author.id))
  )
}

const noSuchTarget: Refusal = {
  code: 'not_found',
  detail: 'There is no such message to reply to.',
}

/** The target may also be in the archive only, for which no send waits. */
function refusalOfReferences(
  { messages, postingRules }: SendState,
  author: Member,
  references: MessageReferences | null,
): Refusal | null {
  if (!references) return null
  const { reply_to, mentions_room } = references
  if (reply_to !== null && messages.isUnknown(reply_to)) return noSuchTarget
  return mentions_room ? postingRules.refusalOfRoomMention(author) : null
}

export function sendMessage(
  state: SendState,
  { author, content, references, clientId, archivedId, arrivedAt }: SendRequest,
): Command<SendResult> {
  const { clock, messages, idempotencyKeys, rateLimits, mirrorWriter, postingRules } = state
  return () => {
    const knownId = clientId === null ? undefined : idempotencyKeys.find(author.id, clientId)
    const messageId = knownId ?? archivedId
    if (clientId !== null && messageId !== undefined) {
      if (knownId === undefined) idempotencyKeys.save(author.id, clientId, messageId)
      const refusal = rateLimits.chargeLookup(author.id, arrivedAt)
      if (refusal) return refused(refusal)
      return accepted({ kind: 'repeated', earlier: { clientId, messageId, content, references } })
    }
    const refusal = refusalOfSend(state, author, arrivedAt)
    if (refusal) return refused(refusal)
    const refusalOfWhatItSays =
      refusalOfReferences(state, author, references) ?? postingRules.refusalOfText(author, content)
    if (refusalOfWhatItSays)
      return {
        ...refused(refusalOfWhatItSays),
        onSuccess: () => rateLimits.chargeRefusedText(author.id, arrivedAt),
      }

    const message = compose(author, content, {
      id: messages.ids.next(clock.wall()),
      clientId,
      references,
    })
    if (clientId !== null) idempotencyKeys.save(author.id, clientId, message.id)
    const seq = messages.append(message)
    return {
      ...accepted({ kind: 'sent', message }),
      events: [{ event: 'new_message', data: messages.toWire(message), seq }],
      onSuccess: () => {
        rateLimits.chargeSend(author.id, arrivedAt)
        mirrorWriter.recordSend(author.id, message.id)
      },
    }
  }
}
