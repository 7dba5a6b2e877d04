// Handles one frame of one connection: it applies the flood limits, parses the frame and runs the
// handler of its event. An error goes back to that connection alone, and the connection stays open.

import { Buffer } from 'node:buffer'
import type { CloseCode } from '../../contract/close-codes.ts'
import type { ClientData, ClientEvent, RoomFrame } from '../../contract/frames.ts'
import { parseFrame } from '../../contract/parse.ts'
import {
  type FrameProblemCode,
  frameProblems,
  problems,
  type Refusal,
} from '../../contract/problems.ts'
import { limits } from '../../contract/values.ts'
import { toWire } from '../../domain/message.ts'
import { journalFault, traits } from '../../journal.ts'
import { type TokenRenewal, tokenEnd } from '../access/token-renewal.ts'
import { reply } from '../broadcast/batch.ts'
import type { Broadcaster } from '../broadcast/broadcaster.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection } from '../connections/registry.ts'
import type { RateLimits } from '../limits/rate-limits.ts'
import type { EarlierTry } from '../log/idempotency-keys.ts'
import type { MessageCommands } from '../messages/message-commands.ts'
import { countBytes, countFrame } from './flood-limits.ts'

type Uses = {
  clock: Clock
  messageCommands: MessageCommands
  tokenRenewal: TokenRenewal
  rateLimits: RateLimits
  broadcaster: Broadcaster
  /** Closes a connection from the room's side. */
  close: (connection: Connection, code: CloseCode) => void
  /** Closes a connection that sent a frame above the size limit. */
  refuseOversized: (connection: Connection, size: number) => void
  /** Runs after one connection was sent so many bytes of replies. */
  onReply: (bytes: number) => void
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
      journalFault('frame_failed', { user_id: connection.member.id, ...traits(error) })
      this.#reply(connection, errorFrame({ code: 'unavailable' }, null))
    }
  }

  #dispatch(connection: Connection, raw: string | ArrayBuffer): void | Promise<void> {
    const { clock, broadcaster, close } = this.#uses
    const now = clock.now()
    connection.lastFrameAt = now
    if (connection.joining) broadcaster.admitNow(connection)
    const size = sizeOf(raw)
    if (size > limits.frameMax) return this.#uses.refuseOversized(connection, size)
    const byteFlood = countBytes(connection.frameCounts, size, now)
    if (byteFlood !== null) return close(connection, byteFlood)

    // A binary frame is not JSON: the empty text gives the right error.
    const parsed = parseFrame(typeof raw === 'string' ? raw : '')
    const flood = countFrame(connection.frameCounts, kindOfFrame(parsed), now)
    if (flood !== null) return close(connection, flood)
    if (!parsed.ok) {
      const { code, message, errors, clientId } = parsed
      return this.#reply(connection, errorFrame({ code, detail: message, errors }, clientId))
    }
    const { event, data } = parsed.frame
    const handle = this.#handlers[event] as Handlers[typeof event]
    return handle(connection, data as never)
  }

  readonly #handlers: Handlers = {
    send_message: (connection, message) => {
      // Rate limits use the arrival time, not the time the command is applied.
      const now = this.#uses.clock.now()
      this.#uses.broadcaster.enqueueCommand(() => {
        void this.#replyToFailure(connection, () => this.#send(connection, message, now))
      })
    },
    typing: ({ member: { id, username } }) => {
      const { clock, rateLimits, broadcaster } = this.#uses
      if (!rateLimits.typing(id, clock.now())) return
      // It is queued, so that it does not overtake an earlier message of the same user.
      broadcaster.enqueueCommand(() =>
        broadcaster.broadcastEphemeral(
          { event: 'user_typing', data: { user_id: id, username } },
          id,
        ),
      )
    },
    ping: (connection) => this.#reply(connection, { event: 'pong', data: {} }),
    authenticate: async (connection, { token }) => {
      const renewed = await this.#uses.tokenRenewal.renew(connection, token)
      if (!renewed.ok) return this.#reply(connection, errorFrame(renewed.refusal, null))
      this.#reply(connection, {
        event: 'authenticated',
        data: { token_expires_at: tokenEnd(connection) },
      })
    },
  }

  #reply(connection: Connection, frame: RoomFrame): void {
    this.#uses.onReply(reply(connection, frame))
  }

  #send(
    connection: Connection,
    message: ClientData<'send_message'>,
    now: number,
  ): void | Promise<void> {
    const { content, client_id: clientId = null } = message
    const result = this.#uses.messageCommands.send(connection.member, content, clientId, now)
    if (result.kind === 'refused')
      return this.#reply(connection, errorFrame(result.refusal, clientId))
    if (result.kind === 'repeated') return this.#repeat(connection, result.earlier)
  }

  /** Answers this connection alone with the present state of the first try's message. */
  async #repeat(connection: Connection, earlier: EarlierTry): Promise<void> {
    const recalled = await this.#uses.messageCommands.loadEarlier(earlier, connection.member)
    if (recalled.ok) this.#reply(connection, { event: 'new_message', data: toWire(recalled.value) })
    else this.#reply(connection, errorFrame(recalled.refusal, earlier.clientId))
  }
}

function kindOfFrame(parsed: ReturnType<typeof parseFrame>): 'typing' | 'other' | 'bad' {
  if (!parsed.ok) return 'bad'
  return parsed.frame.event === 'typing' ? 'typing' : 'other'
}

export function sizeOf(raw: string | ArrayBuffer): number {
  return typeof raw === 'string' ? Buffer.byteLength(raw) : raw.byteLength
}

type FrameRefusal = Omit<Refusal, 'code' | 'errors'> & {
  code: FrameProblemCode
  errors?: Refusal['errors'] | undefined
}

function errorFrame(
  { code, detail, errors, retryAfterMs }: FrameRefusal,
  clientId: string | null,
): RoomFrame {
  const defaultDetail =
    code in problems ? problems[code as keyof typeof problems].detail : undefined
  return {
    event: 'error',
    data: {
      message: detail ?? defaultDetail ?? frameProblems[code as keyof typeof frameProblems],
      code,
      ...(errors && { errors }),
      ...(clientId !== null && { client_id: clientId }),
      ...(retryAfterMs !== undefined && { retry_after_ms: Math.max(1, Math.ceil(retryAfterMs)) }),
    },
  }
}
