// What Redis answers, whichever engine speaks. A status such as OK is a string like any other.

export type Reply = string | number | null | Reply[]

/** Redis's own no, as opposed to Redis not being there. */
export class RedisError extends Error {}

export interface Redis {
  /** For people; never holds a password. */
  name: string
  kind: 'server' | 'embedded'
  /** Rejects with a RedisError when Redis refuses, with another error when it is not there. */
  call(command: string[]): Promise<Reply>
  /** All or, when one of them cannot even be queued, none; one that fails does not stop the rest. */
  transact(commands: string[][]): Promise<(Reply | RedisError)[]>
  /** Settles when a server that was started for this one has ended, whoever ended it. */
  ended?: Promise<void>
  close(): Promise<void>
}
