// Handles one frame of one connection: it applies the flood limits, parses the frame and runs the
// handler of its event. An error goes back to that connection alone, and the connection stays open.

import { Buffer } from 'node:buffer'
import type { ClientData, ClientEvent, RoomFrame } from '../../contract/frames.ts'
import { parseFrame } from '../../contract/parse-frame.ts'
import type { Refusal } from '../../contract/problems.ts'
import { limits } from '../../contract/values.ts'
import { referencesOf } from '../../domain/references.ts'
import { errorFields, logError } from '../../logger.ts'
import type { Access } from '../access/access.ts'
import type { AccessControl } from '../access/access-control.ts'
import type { TokenRenewal } from '../access/token-renewal.ts'
import { reply } from '../broadcast/batch.ts'
import type { Clock } from '../clock/clock.ts'
import type { ConnectionCloser } from '../connections/closer.ts'
import { type Connection, tokenEnd } from '../connections/connection.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { EarlierTry } from '../log/idempotency-keys.ts'
import type { EarlierSends } from '../messages/earlier-sends.ts'
import type { MessageCalls } from '../messages/message-calls.ts'
import { type SendRequest, type SendState, sendMessage } from '../messages/send.ts'
import type { ReactionCalls } from '../reactions/reaction-calls.ts'
import type { ReadCalls } from '../read-markers/read-calls.ts'
import type { Sequencer } from '../sequencer/sequencer.ts'
import { errorFrame } from './error-frame.ts'
import { countBytes, countFrame, kindOfFrame } from './flood-limits.ts'

type Uses = SendState & {
  clock: Clock
  messageCalls: Pick<MessageCalls, 'loadEarlier'>
  tokenRenewal: TokenRenewal
  rateLimits: RateLimits
  sequencer: Sequencer
  earlierSends: EarlierSends
  access: Access
  closer: ConnectionCloser
  accessControl: Pick<AccessControl, 'refuseOversized'>
  slowConsumers: Pick<SlowConsumers, 'countReplies'>
  readCalls: Pick<ReadCalls, 'markOn'>
  reactionCalls: Pick<ReactionCalls, 'react' | 'applyBefore'>
}

type Handlers = {
  [E in ClientEvent]: (connection: Connection, data: ClientData<E>) => void | Promise<void>
}

export class FrameHandler {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  handle(connection: Connection, raw: string | ArrayBuffer): Promise<void> {
    return this.#replyToFailure(connection, () => this.#dispatch(connection, raw))
  }

  async #replyToFailure(connection: Connection, work: () => void | Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      // An exception that is not caught would leave the connection open and without an answer.
      logError('frame_failed', { user_id: connection.member.id, ...errorFields(error) })
      this.#reply(connection, errorFrame({ code: 'unavailable' }))
    }
  }

  #dispatch(connection: Connection, raw: string | ArrayBuffer): void | Promise<void> {
    const { clock, sequencer, closer, accessControl } = this.#uses
    const now = clock.now()
    connection.lastFrameAt = now
    // The welcome must be the first frame that a connection gets, also before an error.
    if (connection.state.kind === 'joining') sequencer.admitNow(connection)
    const size = sizeOf(raw)
    if (size > limits.frameMax) return accessControl.refuseOversized(connection, size)
    const byteFlood = countBytes(connection.frameCounts, size, now)
    if (byteFlood !== null) return closer.close(connection, byteFlood)

    // A binary frame is not JSON: the empty text gives the right error.
    const parsed = parseFrame(typeof raw === 'string' ? raw : '')
    const flood = countFrame(connection.frameCounts, kindOfFrame(parsed), now)
    if (flood !== null) return closer.close(connection, flood)
    if (!parsed.ok) {
      const { code, message, errors, event, clientId, messageId } = parsed
      const refusal = { code, detail: message, errors }
      return this.#reply(connection, errorFrame(refusal, { event, clientId, messageId }))
    }
    const { event, data } = parsed.frame
    const handle = this.#handlers[event] as Handlers[typeof event]
    return handle(connection, data as never)
  }

  readonly #handlers: Handlers = {
    send_message: (connection, { content, client_id: clientId = null, ...sent }) => {
      const { clock, earlierSends } = this.#uses
      const request = {
        ...{ author: connection.member, content, clientId, arrivedAt: clock.now() },
        references: referencesOf(sent),
      }
      const lookup = earlierSends.find(connection.member.id, clientId)
      return lookup ? this.#sendAfter(lookup, connection, request) : this.#send(connection, request)
    },
    typing: (connection) => {
      const { clock, rateLimits, sequencer, postingRules } = this.#uses
      const { id, username } = connection.member
      if (!rateLimits.tryTyping(id, clock.now())) return
      const refusal = postingRules.refusalOfWriting(connection.member)
      if (refusal) return this.#reply(connection, errorFrame(refusal, { event: 'typing' }))
      sequencer.announceInTurn({ event: 'user_typing', data: { user_id: id, username } }, id)
    },
    react: async (connection, { message_id, reactions }) => {
      const outcome = await this.#uses.reactionCalls.react(connection, message_id, reactions)
      if (outcome.ok) return
      const refused = { event: 'react', messageId: message_id } as const
      this.#reply(connection, errorFrame(outcome.refusal, refused))
    },
    mark_read: (connection, { message_id }) => this.#uses.readCalls.markOn(connection, message_id),
    ping: (connection) => this.#reply(connection, { event: 'pong', data: {} }),
    authenticate: async (connection, { token }) => {
      const renewed = await this.#uses.tokenRenewal.renew(connection, token)
      if (!renewed.ok)
        return this.#reply(connection, errorFrame(renewed.refusal, { event: 'authenticate' }))
      this.#reply(connection, {
        event: 'authenticated',
        data: { token_expires_at: tokenEnd(connection) },
      })
    },
  }

  #send(connection: Connection, request: SendRequest): void {
    this.#uses.reactionCalls.applyBefore({ userId: connection.member.id })
    this.#uses.sequencer.soon(sendMessage(this.#uses, request), (outcome) => {
      if (!outcome.ok) this.#replyToSend(connection, outcome.refusal, request.clientId)
      else if (outcome.value.kind === 'repeated') {
        const { earlier } = outcome.value
        void this.#replyToFailure(connection, () => this.#repeat(connection, earlier))
      }
    })
  }

  async #sendAfter(
    lookup: NonNullable<ReturnType<EarlierSends['find']>>,
    connection: Connection,
    request: SendRequest,
  ): Promise<void> {
    const found = await lookup
    if (!found.ok) return this.#replyToSend(connection, found.refusal, request.clientId)
    // The author may have been banned or logged out in the meantime, and then has no connection.
    if (this.#uses.access.refusal(connection)) return
    this.#send(connection, { ...request, archivedId: found.value })
  }

  #replyToSend(connection: Connection, refusal: Refusal, clientId: string | null): void {
    this.#reply(connection, errorFrame(refusal, { event: 'send_message', clientId }))
  }

  #reply(connection: Connection, frame: RoomFrame): void {
    const { slowConsumers, clock } = this.#uses
    const bytes = reply(connection, frame)
    slowConsumers.countReplies(bytes, clock.now())
  }

  /** Answers this connection alone with the present state of the first try's message. */
  async #repeat(connection: Connection, earlier: EarlierTry): Promise<void> {
    const loaded = await this.#uses.messageCalls.loadEarlier(earlier, connection.member)
    if (loaded.ok) {
      const data = this.#uses.messages.toWire(loaded.value)
      this.#reply(connection, { event: 'new_message', data })
    } else this.#replyToSend(connection, loaded.refusal, earlier.clientId)
  }
}

export function sizeOf(raw: string | ArrayBuffer): number {
  return typeof raw === 'string' ? Buffer.byteLength(raw) : raw.byteLength
}
