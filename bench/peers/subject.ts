// A server under load: this project's room, or one that it is compared with.

import type { Dialect, Endpoint } from '../load-generator/commands.ts'

export type Subject = {
  name: string
  dialect: Dialect
  /** Where the search for the highest rate starts. 1 fills a core if each delivery is a send. */
  searchFrom: number
  start(accounts: number): Promise<RunningSubject>
}

export type RunningSubject = {
  /** One for each account. Its sockets share it. */
  endpoints: Endpoint[]
  /** The process whose CPU is counted. */
  pid: number
  stop(): Promise<void>
}
