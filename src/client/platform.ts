// The parts of the environment that the client uses. Every part can be replaced, for tests and for
// environments that lack one. The defaults work in browsers and in Node 22 or newer.

import { ChatProblem } from './problem.ts'

/** The part of a WebSocket that the client uses. */
export type SocketLike = {
  send(text: string): void
  close(): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}

/** The part of an HTTP response that the client uses. */
export type AnswerLike = {
  readonly ok: boolean
  readonly status: number
  /** Without headers, only the status and the body show whether the service answered. */
  readonly headers?: { get(name: string): string | null }
  json(): Promise<unknown>
}

/** `localStorage`, `sessionStorage`, or anything that stores text by key. */
export type StorageLike = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export type Platform = {
  /** The origin of the page; empty outside of a page. */
  origin: string
  /** Milliseconds since 1970, by the device's clock, which may be set at any time. */
  now(): number
  /** Milliseconds by a monotonic clock, which may stop while the device sleeps. */
  elapsed(): number
  /** A number from 0 to below 1. */
  random(): number
  /** Runs `run` once after `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void
  /** A new, unique id of at most 64 characters. */
  newId(): string
  /** The same as the global `fetch`, with `method`, `headers`, `body`, `signal` and `redirect`. */
  fetch(url: string, init: object): Promise<AnswerLike>
  /** If this throws, the client stops, because another attempt would fail too. */
  openSocket(url: string, protocols: string[]): SocketLike
  /**
   * Calls `listener` when the network comes or goes, or the page becomes visible. Returns a function
   * that ends this.
   */
  watch(listener: () => void): () => void
  /**
   * Runs `run` while no other tab runs one with this name, if the environment has locks. A suspended
   * tab may hold the lock, so a caller needs a deadline.
   */
  alone<T>(name: string, run: () => Promise<T>): Promise<T>
}

type Listen = (event: string, listener: () => void, options: { signal: AbortSignal }) => void

/** Globals of browsers, which other environments may lack. */
const environment = globalThis as unknown as {
  location?: { origin: string }
  document?: { visibilityState: string; addEventListener: Listen }
  addEventListener?: Listen
  navigator?: { locks?: { request<T>(name: string, run: () => Promise<T>): Promise<T> } }
  performance?: { now(): number }
  crypto?: { getRandomValues(numbers: Uint32Array): Uint32Array }
  fetch?: Platform['fetch']
  WebSocket?: new (url: string, protocols: string[]) => SocketLike
}

/** Read at each use: a polyfill may come after this module was loaded. */
function globalOf<N extends 'fetch' | 'WebSocket'>(name: N, part: keyof Platform) {
  const found = environment[name]
  if (found) return found
  throw new ChatProblem(
    'unsupported',
    `There is no ${name} here: use Node 22 or newer, or give \`platform.${part}\`.`,
  )
}

/** @internal @throws ChatProblem where there is no WebSocket, before any request is made */
export function requireWebSocket({ openSocket }: Platform): void {
  if (openSocket === defaults.openSocket) globalOf('WebSocket', 'openSocket')
}

/** A longer timer fires at once. */
const longestTimerMs = 2 ** 31 - 1

/** @internal */
export const defaults: Platform = {
  origin: environment.location?.origin ?? '',
  now: () => Date.now(),
  elapsed: () => environment.performance?.now() ?? 0,
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimerMs))
    return () => clearTimeout(timer)
  },
  // Pages over plain HTTP have no randomUUID, and React Native has no crypto.
  newId: () =>
    (
      environment.crypto?.getRandomValues(new Uint32Array(4)) ?? [Math.random(), Math.random()]
    ).join('-'),
  fetch: (url, init) => globalOf('fetch', 'fetch')(url, init),
  openSocket: (url, protocols) => new (globalOf('WebSocket', 'openSocket'))(url, protocols),
  watch(listener) {
    const { document } = environment
    const aborter = new AbortController()
    const onVisibility = () => document?.visibilityState === 'visible' && listener()
    document?.addEventListener('visibilitychange', onVisibility, aborter)
    for (const event of ['online', 'offline'])
      environment.addEventListener?.(event, listener, aborter)
    return () => aborter.abort()
  },
  alone: (name, run) => environment.navigator?.locks?.request(name, run) ?? run(),
}
