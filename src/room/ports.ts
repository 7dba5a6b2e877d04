// What a room is given by the wire: its rules, and the places behind it that may be away.

import type { Member } from '../contract/entities.ts'
import type { KeptMessage } from '../domain/message.ts'
import type { Verified } from '../domain/session.ts'
import type { LimitRules } from './limits/rate-limits.ts'

export type Archive = {
  /** Idempotent: the higher revision wins. Of no messages it tells whether the archive takes any. */
  write(messages: KeptMessage[]): Promise<void>
  /** What a message takes of the request that writes it. */
  bytesOf(message: KeptMessage): number
  find(id: string): Promise<KeptMessage | undefined>
  writeLastSeen(departures: { user_id: string; at: number }[]): Promise<void>
  /** An SQLSTATE, `http_` with a status, or a word for any other fault. Safe to log. */
  faultCode(error: unknown): string
}

export type Mirror = {
  writePresence(members: Member[]): Promise<void>
  writeSends(sends: { user_id: string; id: string }[], now: number): Promise<void>
  readSends(now: number): Promise<{ user_id: string; at: number }[]>
}

export type RoomPorts = {
  /** The wall clock, in milliseconds since the epoch. */
  wall: () => number
  /** The same, asked for outside of the room's object, whose own clock may stand still. */
  machineNow: () => Promise<number>
  /** The longest that an access token is taken after it was issued, in milliseconds. */
  tokenLifeMs: number
  /** Of an access token that a socket renews itself with. */
  verify: (token: string, now: number) => Promise<Verified>
  limits: LimitRules
  /** Sockets in all, of one user, and from one network address. */
  sockets: { room: number; user: number; address: number }
  archive: Archive
  mirror: Mirror
}
