// The interface to Redis for every engine, and its answers. A status such as OK is a plain string.

export type Reply = string | number | null | Reply[]

/** An error that Redis itself answers. Other errors mean that Redis is not reachable. */
export class RedisError extends Error {}

export interface Redis {
  /** For people; never holds a password. */
  name: string
  kind: 'server' | 'embedded'
  /** Rejects with a RedisError if Redis refuses, and with another error if it is not reachable. */
  call(command: string[]): Promise<Reply>
  /** Runs none if one of them cannot be queued. A command that fails does not stop the others. */
  transact(commands: string[][]): Promise<(Reply | RedisError)[]>
  /** Settles when a server that was started for this client has ended, for any reason. */
  ended?: Promise<void>
  close(): Promise<void>
}
