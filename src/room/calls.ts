// What the Worker may ask of the room. Types only: the room is reached by RPC.

import type { Member, Message } from '../contract/entities.ts'
import type { Refusal } from '../contract/problems.ts'
import type { Tail } from '../domain/history.ts'

export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal }

export type Sent = {
  message: Message
  /** false: an earlier try had made it. */
  fresh: boolean
}

export type RoomState = {
  /** Rows that Postgres does not have yet, and the age of the oldest in milliseconds. */
  dirty: number
  oldestDirtyMs: number | null
  setAside: number
  /** Code of the last error of the outbox; null when the last flush went through. */
  postgresError: string | null
  sockets: number
}

export interface RoomCalls {
  send(author: Member, content: string, clientId: string): Promise<Outcome<Sent>>
  edit(author: Member, id: string, content: string): Promise<Outcome<Message>>
  remove(author: Member, id: string): Promise<Outcome<null>>
  /** @param before an id: what is older than it; null: from the newest */
  newest(before: string | null, limit: number): Promise<Tail>
  online(): Promise<Member[]>
  state(): Promise<RoomState>
}

/** Who a socket belongs to. The Worker has checked it; the room trusts only the Worker. */
export type Admission = {
  member: Member
  /** Seconds since the epoch. */
  tokenExpiresAt: number
  /** Takes arrays of frames. */
  batching: boolean
  resume: { epoch: string; since: number } | null
}

/** Carries an `Admission` as URI-encoded JSON, on a request that the Worker makes anew. */
export const admissionHeader = 'x-admission'
