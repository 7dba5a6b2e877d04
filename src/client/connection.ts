// Stays in the room: loads, connects, resumes, and after each loss of the line comes back when it
// may. It keeps the position in the room's events, and lets none of them be skipped.

import { backOff, pauseOf } from './backoff.ts'
import type { Tell } from './events.ts'
import { type Line, openLine } from './line.ts'
import { demandSockets, type Platform } from './platform.ts'
import { ChatProblem, problemOf } from './problem.ts'
import { createRenewal, type Renewal } from './renewal.ts'
import type { TokenSource } from './rest.ts'
import type { ChatState, ChatStatus, StopReason } from './state.ts'
import {
  bearerPrefix,
  type Frame,
  type Page,
  type Position,
  protocol,
  type Said,
  stops,
  unauthenticated,
  waits,
} from './wire.ts'

/** Who was in for so long begins with short waits again. */
const settledAfterMs = 10_000

type Uses = {
  platform: Platform
  /** Of a path of the service. */
  address: (path: string) => string
  getToken: TokenSource
  /** Gets what makes the list true, as long as it is wanted. It changes nothing yet. */
  load: (isWanted: () => boolean) => Promise<Page>
  /** Makes the list true, for the position of that page. */
  show: (page: Page) => void
  /** Each frame in its place, from `welcome` on. */
  hear: (frame: Frame) => void
  turned: (status: ChatStatus, stopped: StopReason | null) => void
  tell: Tell
  /** Something of `state` may have changed. */
  touch: () => void
}

type Stop = keyof typeof stops
type Wait = keyof typeof waits
type Ways = Pick<ChatState, 'status' | 'stopped' | 'problem' | 'retryAt'>

export function createConnection(uses: Uses) {
  const { platform, address, getToken, load, show, hear, turned, tell, touch } = uses
  let state: Ways = { status: 'idle', stopped: null, problem: null, retryAt: null }
  /**
   * The stay that goes on; another object after each `connect`. After each wait for anything it is
   * compared: what belongs to an earlier stay must change nothing any more.
   */
  let stay: object | null = null
  const waiting: {
    resolve: (isOnline: boolean) => void
    reject: (problem: ChatProblem) => void
  }[] = []
  let position: Position | null = null
  let line: Line | null = null
  let renewal: Renewal | null = null
  let failures = 0
  /** The last token was refused. */
  let refused = false
  let settledAt = 0
  let unwatch = () => {}
  /** Ends the wait, where a signal may. */
  let wake: (() => void) | null = null
  let cancelWait = () => {}
  let cancelLeaving = () => {}

  const set = (changes: Partial<Ways>) => {
    state = { ...state, ...changes }
    touch()
  }

  const hangUp = (): void => line?.end(0)

  function turn(status: ChatStatus, stopped: StopReason | null = null): void {
    set({ status, stopped, retryAt: null })
    turned(status, stopped)
  }

  function leave(
    status: 'idle' | 'stopped',
    stopped: StopReason | null,
    problem = new ChatProblem('stopped', 'Not connected.'),
  ): void {
    stay = null
    unwatch()
    cancelWait()
    wake = null
    hangUp()
    turn(status, stopped)
    for (const { resolve, reject } of waiting.splice(0))
      if (stopped) reject(problem)
      else resolve(false)
  }

  async function remain(own: object): Promise<void> {
    while (own === stay) {
      let code: number
      let atLeastMs = 0
      try {
        code = await attempt(own)
      } catch (thrown) {
        const problem = problemOf(thrown)
        const { status, retryAfterMs = 0 } = problem
        atLeastMs = retryAfterMs
        code = status === 401 || status === 403 ? 4000 + status : 0
        if (own === stay) {
          set({ problem })
          tell('error', problem)
          if (problem.code === 'unsupported') leave('stopped', 'fault', problem)
        }
      }
      if (own !== stay) return
      const reason = code === unauthenticated && refused ? 'signed_out' : stops[code as Stop]
      if (reason) leave('stopped', reason)
      else if (code === unauthenticated) refused = true
      else await wait(waits[code as Wait] ?? atLeastMs)
    }
  }

  /** @returns the code of the close; 0: there was none */
  async function attempt(own: object): Promise<number> {
    demandSockets(platform)
    const token = await getToken({ renew: refused })
    if (own !== stay) return 0
    if (token === null) {
      refused = true
      return unauthenticated
    }
    if (!position) {
      const page = await load(() => own === stay)
      if (own !== stay) return 0
      show(page)
      position = page.session
    }
    const from = `epoch=${encodeURIComponent(position.epoch)}&since=${position.seq}`
    const place = address(`/ws/chat?${from}`).replace(/^http/, 'ws')
    renewal = createRenewal(uses, (renewed) => say('authenticate', { token: renewed }))
    return new Promise((resolve) => {
      line = openLine(platform, place, [protocol, bearerPrefix + token], {
        hear: listen,
        ended(code) {
          hungUp()
          resolve(code)
        },
      })
    })
  }

  function hungUp(): void {
    line = null
    renewal?.end()
    cancelLeaving()
    if (state.status !== 'online' || !stay) return
    if (platform.now() >= settledAt) failures = 0
    turn('reconnecting')
  }

  /** With full jitter; a signal cuts it short, but never what was asked for. */
  function wait(askedMs: number): Promise<void> {
    const atLeastMs = pauseOf(askedMs)
    const ms = atLeastMs + backOff(failures++, platform.random())
    set({ retryAt: platform.now() + ms })
    return new Promise((resolve) => {
      const go = () => {
        cancelWait()
        wake = null
        set({ retryAt: null })
        resolve()
      }
      cancelWait = platform.after(ms, go)
      if (!atLeastMs) wake = go
    })
  }

  function listen(frame: Frame): void {
    const { event, data, seq } = frame
    if (!position) return
    if (seq !== undefined) {
      // What is missing comes with the next replay.
      if (event !== 'synced' && seq !== position.seq + 1) return void hangUp()
      position = { ...position, seq }
    }
    if (event === 'welcome') {
      refused = false
      if (!data.resumed) {
        position = null
        return void hangUp()
      }
    }
    hear(frame)
    renewal?.hear(frame)
    if (event === 'synced') arrived()
    if (event === 'reconnect') {
      // The room is about to restart: not everyone is to come back at the same moment.
      cancelLeaving()
      cancelLeaving = platform.after(platform.random() * data.after_ms, hangUp)
    }
  }

  function arrived(): void {
    settledAt = platform.now() + settledAfterMs
    set({ problem: null })
    turn('online')
    for (const { resolve } of waiting.splice(0)) resolve(true)
  }

  function say<E extends keyof Said>(event: E, data: Said[E]): void {
    line?.say(event, data)
  }

  return {
    say,
    state: () => ({ ...state, retryNow: !!wake }),

    connect(): Promise<boolean> {
      if (state.status === 'online') return Promise.resolve(true)
      const arrival = new Promise<boolean>((resolve, reject) => {
        waiting.push({ resolve, reject })
      })
      // The status tells of it too: nobody has to listen.
      arrival.catch(() => {})
      wake?.()
      if (!stay) {
        stay = {}
        failures = 0
        refused = false
        unwatch = platform.watch(() => {
          line?.probe()
          wake?.()
        })
        turn('connecting')
        remain(stay)
      }
      return arrival
    },

    /** Gives up for good, until `connect`. */
    stop(reason: StopReason): void {
      if (stay) leave('stopped', reason)
    },

    close(): void {
      if (state.status !== 'idle') leave('idle', null)
    },
  }
}
