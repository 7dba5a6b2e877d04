// The room as the platform sees it: sockets, calls and one alarm. It puts the parts together and
// dispatches; the rules are theirs. Sending needs the room's own storage alone.

import { DurableObject } from 'cloudflare:workers'
import { type CloseCode, closeReply } from '../contract/close-codes.ts'
import type { Member, Message } from '../contract/entities.ts'
import { canonicalPing, canonicalPong } from '../contract/frames.ts'
import type { Tail } from '../domain/history.ts'
import { type KeptMessage, toWire } from '../domain/message.ts'
import { AlarmClock } from './alarm-clock.ts'
import type { Outcome, RoomCalls, RoomState, Sent } from './calls.ts'
import { Conversation } from './conversation.ts'
import { Door } from './door.ts'
import { FanOut } from './fan-out.ts'
import { Hearing } from './hearing.ts'
import { Limiter, sendTimes } from './limiter.ts'
import { Log } from './log.ts'
import { Meta } from './meta.ts'
import { Outbox } from './outbox.ts'
import type { RoomParts } from './parts.ts'
import { grace, Presence } from './presence.ts'
import { Readers } from './readers.ts'
import { Reflection } from './reflection.ts'
import { Retries } from './retries.ts'
import { migrate } from './schema.ts'
import { close, type Seat, Seats } from './seats.ts'
import { Upkeep } from './upkeep.ts'

export class Room extends DurableObject implements RoomCalls {
  readonly #log: Log
  readonly #presence: Presence
  readonly #seats: Seats
  readonly #readers: Readers
  readonly #limiter: Limiter
  readonly #fanOut: FanOut
  readonly #outbox: Outbox
  readonly #reflection: Reflection
  readonly #conversation: Conversation
  readonly #hearing: Hearing
  readonly #door: Door
  readonly #upkeep: Upkeep

  constructor(ctx: DurableObjectState, env: unknown, parts: RoomParts) {
    super(ctx, env as never)
    const { storage } = ctx
    const now = Date.now()
    migrate(storage)
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(canonicalPing, canonicalPong))

    const meta = new Meta(storage.sql)
    const retries = new Retries(storage.sql, meta)
    const alarmClock = new AlarmClock(storage)
    this.#log = new Log(storage.sql, meta)
    this.#presence = new Presence(storage.sql)
    this.#seats = new Seats(ctx)
    this.#readers = new Readers({
      ctx,
      seats: this.#seats,
      expel: (seat, code) => this.#expel(seat, code),
    })
    this.#limiter = new Limiter(parts.limits)
    this.#outbox = new Outbox(storage, {
      log: this.#log,
      meta,
      archive: parts.archive,
    })
    this.#reflection = new Reflection(parts.mirror, this.#presence)
    this.#door = new Door({
      log: this.#log,
      seats: this.#seats,
      presence: this.#presence,
      limiter: this.#limiter,
      rules: parts,
      onArrival: (member) => this.#announce(member),
      replace: (seat) => this.#expel(seat, 4409),
    })
    this.#fanOut = new FanOut(this.#seats, {
      admit: () => this.#door.admit(),
      sent: (bytes) => this.#readers.count(bytes, Date.now()),
    })
    this.#conversation = new Conversation({
      storage,
      log: this.#log,
      retries,
      limiter: this.#limiter,
      fanOut: this.#fanOut,
      archive: parts.archive,
      onWrite: (message) => this.#afterWrite(message),
    })
    this.#hearing = new Hearing({
      conversation: this.#conversation,
      limiter: this.#limiter,
      fanOut: this.#fanOut,
      expel: (seat, code) => this.#expel(seat, code),
    })

    this.#upkeep = new Upkeep({
      ctx,
      alarmClock,
      meta,
      retries,
      log: this.#log,
      presence: this.#presence,
      seats: this.#seats,
      readers: this.#readers,
      limiter: this.#limiter,
      fanOut: this.#fanOut,
      outbox: this.#outbox,
      reflection: this.#reflection,
      leave: (seat) => this.#leave(seat),
      expel: (seat, code) => this.#expel(seat, code),
    })

    this.#limiter.recall(sendTimes(this.#log.sendsSince(now - parts.limits.sends.windowMs)))
    if (this.#log.isNew) ctx.waitUntil(this.#recallFromRedis(now))
    // Sockets survive when the room sleeps, but no restart.
    if (ctx.getWebSockets().length === 0) this.#presence.awaitReturn(now)
    else this.#presence.reconcile((userId) => this.#seats.ofUser(userId).size > 0, now)
    ctx.blockConcurrencyWhile(async () => {
      await alarmClock.recall()
      this.#upkeep.arm()
    })
    this.#fanOut.admitSoon()
  }

  // ------------------------------------------------------------------------------------- sockets

  override fetch(request: Request): Response {
    const response = this.#door.enter(request)
    this.#fanOut.admitSoon()
    this.#upkeep.keepBeating()
    this.#upkeep.arm()
    return response
  }

  override async webSocketMessage(socket: WebSocket, raw: string | ArrayBuffer): Promise<void> {
    const seat = this.#seats.of(socket)
    if (seat) await this.#hearing.hear(seat, raw)
  }

  override webSocketClose(socket: WebSocket, code: number): void {
    this.#forget(socket)
    if (socket.readyState === WebSocket.CLOSING) socket.close(closeReply(code))
  }

  override webSocketError(socket: WebSocket): void {
    this.#forget(socket)
  }

  // --------------------------------------------------------------------------------------- calls

  async send(author: Member, content: string, clientId: string): Promise<Outcome<Sent>> {
    const result = this.#conversation.send(author, content, clientId, Date.now())
    if (result.kind === 'refused') return { ok: false, refusal: result.refusal }
    if (result.kind === 'sent')
      return { ok: true, value: { message: toWire(result.message), fresh: true } }
    const recalled = await this.#conversation.recall(result.earlier, author)
    if (!recalled.ok) return recalled
    return { ok: true, value: { message: toWire(recalled.value), fresh: false } }
  }

  async edit(author: Member, id: string, content: string): Promise<Outcome<Message>> {
    const changed = await this.#conversation.edit(author, id, content)
    return changed.ok ? { ok: true, value: toWire(changed.value) } : changed
  }

  async remove(author: Member, id: string): Promise<Outcome<null>> {
    const changed = await this.#conversation.remove(author, id)
    return changed.ok ? { ok: true, value: null } : changed
  }

  async newest(before: string | null, limit: number): Promise<Tail> {
    return this.#log.tail(before, limit)
  }

  async online(): Promise<Member[]> {
    return this.#presence.everyone()
  }

  async state(): Promise<RoomState> {
    const { dirty, oldestAt, setAside, error } = this.#outbox.backlog()
    return {
      dirty,
      oldestDirtyMs: oldestAt === null ? null : Math.max(0, Date.now() - oldestAt),
      setAside,
      postgresError: error,
      sockets: this.#seats.count,
    }
  }

  // --------------------------------------------------------------------------------------- alarm

  override alarm(): void {
    this.#upkeep.ring()
  }

  // ---------------------------------------------------------------------------------------------

  async #recallFromRedis(startedAt: number): Promise<void> {
    const sends = await this.#reflection.readSends()
    // Those of this start are counted already.
    this.#limiter.recall(sends.filter(({ at }) => at < startedAt))
  }

  #announce({ id, username }: Member): void {
    this.#fanOut.tellOfPerson({ event: 'user_joined', data: { user_id: id, username } }, id)
    this.#reflection.expect(Date.now())
  }

  #afterWrite(message: KeptMessage): void {
    if (message.revision === 1) this.#reflection.noteSend(message.user_id, message.id)
    this.#outbox.expect(Date.now())
    this.#upkeep.keepBeating()
    this.#upkeep.arm()
  }

  #forget(socket: WebSocket): void {
    this.#readers.gone(socket)
    const seat = this.#seats.of(socket)
    if (seat) this.#leave(seat)
  }

  #expel(seat: Seat, code: CloseCode): void {
    close(seat.socket, code)
    this.#readers.closed(seat)
    this.#leave(seat)
  }

  #leave(seat: Seat): void {
    if (!this.#seats.leave(seat)) return
    this.#presence.loseTouch(seat.member.id, Date.now(), grace.afterClose)
    this.#upkeep.arm()
  }
}
