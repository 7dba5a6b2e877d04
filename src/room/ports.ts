// Types of everything that the Worker passes to a room: its limits, and the stores behind it, which
// may be unavailable.

import type { Member } from '../contract/entities.ts'
import type { KeptMessage } from '../domain/message.ts'
import type { Verified } from '../domain/session.ts'
import type { LimitRules } from './limits/rate-limits.ts'

export type Archive = {
  /**
   * Idempotent: the higher revision wins. An empty list tests whether the archive accepts writes.
   */
  write(messages: KeptMessage[]): Promise<void>
  /** How many bytes a message adds to the request that writes it. */
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
  /** The same, read outside of the room's object, whose own clock may stand still. */
  machineNow: () => Promise<number>
  /** How long after its issue an access token is accepted at most, in milliseconds. */
  tokenLifeMs: number
  /** Verifies an access token that a client sends to renew its connection. */
  verify: (token: string, now: number) => Promise<Verified>
  limits: LimitRules
  /** The most sockets in total, of one user, and from one network address. */
  sockets: { room: number; user: number; address: number }
  archive: Archive
  mirror: Mirror
}
