// What the client needs of the place it runs in. Every part can be replaced, for tests and for
// places that lack one; the defaults are those of browsers and of Node from 22 on.

import { ChatProblem } from './problem.ts'

/** The part of a WebSocket that is used. */
export type SocketLike = {
  send(text: string): void
  close(): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: never) => void) | null
  onclose: ((event: never) => void) | null
  onerror: ((event: never) => void) | null
}

/** The part of an HTTP answer that is used. */
export type AnswerLike = {
  readonly ok: boolean
  readonly status: number
  /** Without them an answer is judged by its status and body alone. */
  readonly headers?: { get(name: string): string | null }
  json(): Promise<unknown>
}

/** `localStorage`, `sessionStorage` or anything that keeps text by name. */
export type StorageLike = {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

export type Platform = {
  /** Where the page comes from; empty where there is none. */
  origin: string
  /** Milliseconds since the epoch, by the clock of the device: it may be set at any time. */
  now(): number
  /** Milliseconds since any moment, by a clock that nobody sets. It may rest while the device sleeps. */
  elapsed(): number
  /** From 0 to below 1. */
  random(): number
  /** Runs `run` once after `ms` milliseconds. Returns what cancels it. */
  after(ms: number, run: () => void): () => void
  /** A new id of at most 64 characters that nobody else makes. */
  newId(): string
  /** As the global one, with `method`, `headers`, `body`, `signal` and `redirect`. */
  fetch(url: string, init: object): Promise<AnswerLike>
  /** What it throws stops the client: no other attempt would fare better. */
  openSocket(url: string, protocols: string[]): SocketLike
  /** Tells when the network came or went, or the person looks again. Returns what ends it. */
  watch(listener: () => void): () => void
  /**
   * Runs `run` while no other tab runs one of this name, where tabs can agree on that. A tab that is
   * suspended may keep the others waiting: who calls this must not wait for longer than it can.
   */
  alone<T>(name: string, run: () => Promise<T>): Promise<T>
}

type Listen = (event: string, listener: () => void, options: { signal: AbortSignal }) => void

/** What browsers have, and other places perhaps not. */
const place = globalThis as unknown as {
  location?: { origin: string }
  document?: { visibilityState: string; addEventListener: Listen }
  addEventListener?: Listen
  navigator?: { locks?: { request<T>(name: string, run: () => Promise<T>): Promise<T> } }
  performance?: { now(): number }
  crypto?: { getRandomValues(numbers: Uint32Array): Uint32Array }
  fetch?: Platform['fetch']
  WebSocket?: new (url: string, protocols: string[]) => SocketLike
}

/** Looked for at each use: it may be put there after this module was loaded. */
function globalOf<N extends 'fetch' | 'WebSocket'>(name: N, part: keyof Platform) {
  const found = place[name]
  if (found) return found
  throw new ChatProblem(
    'unsupported',
    `There is no ${name} here: use Node 22 or newer, or give \`platform.${part}\`.`,
  )
}

/** @throws ChatProblem where no socket can be opened, before anything is asked of the service */
export function demandSockets({ openSocket }: Platform): void {
  if (openSocket === defaults.openSocket) globalOf('WebSocket', 'openSocket')
}

/** A longer timer would fire at once. */
const longestTimerMs = 2 ** 31 - 1

export const defaults: Platform = {
  origin: place.location?.origin ?? '',
  now: () => Date.now(),
  elapsed: () => place.performance?.now() ?? 0,
  random: () => Math.random(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(ms, longestTimerMs))
    return () => clearTimeout(timer)
  },
  // Not randomUUID: pages that came over plain HTTP do not have it. React Native has no crypto at all.
  newId: () =>
    (place.crypto?.getRandomValues(new Uint32Array(4)) ?? [Math.random(), Math.random()]).join('-'),
  fetch: (url, init) => globalOf('fetch', 'fetch')(url, init),
  openSocket: (url, protocols) => new (globalOf('WebSocket', 'openSocket'))(url, protocols),
  watch(listener) {
    const { document } = place
    const end = new AbortController()
    const look = () => document?.visibilityState === 'visible' && listener()
    document?.addEventListener('visibilitychange', look, end)
    for (const event of ['online', 'offline']) place.addEventListener?.(event, listener, end)
    return () => end.abort()
  },
  alone: (name, run) => place.navigator?.locks?.request(name, run) ?? run(),
}
