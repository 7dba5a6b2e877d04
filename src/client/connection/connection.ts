// Keeps the client connected: connects, resumes after each loss of the connection, and waits between
// attempts. It stops where another attempt cannot succeed, for a ban with an end only until then.

import { backOff, cappedPause } from '../backoff.ts'
import type { MonotonicPlatform } from '../clock.ts'
import {
  minimumWaits,
  type Restriction,
  refusedCode,
  stopReasons,
  unauthenticatedCode,
} from '../contract.ts'
import { ChatProblem, problemOf } from '../problem.ts'
import type { ChatState, ChatStatus, StopReason } from '../state.ts'
import { type AttemptUses, createConnectAttempt } from './connect-attempt.ts'

/** After so long online, the waits between attempts start short again. */
const stableAfterMs = 10_000

type Uses = AttemptUses & {
  platform: MonotonicPlatform
  /** The last ban that the room has sent, another object each time. */
  ban: () => Restriction | null
  /** When a restriction ends, by this device's clock; infinite: never. */
  endOf: (restriction: Restriction) => number
  statusChanged: (status: ChatStatus, stopped: StopReason | null) => void
  /** To be called where `state` may have changed. */
  stateChanged: () => void
}

type ConnectionState = Pick<ChatState, 'status' | 'stopped' | 'problem' | 'retryAt'>
type ConnectCall = {
  resolve: (isOnline: boolean) => void
  reject: (problem: ChatProblem) => void
}

export function createConnection(uses: Uses) {
  const { platform, ban, endOf, statusChanged, emit, stateChanged } = uses
  let state: ConnectionState = { status: 'idle', stopped: null, problem: null, retryAt: null }
  /**
   * One object for each run, from `connect` to its end. Code that awaited compares it, so that an
   * earlier run changes nothing any more.
   */
  let run: object | null = null
  const connectCalls: ConnectCall[] = []
  let failures = 0
  let isTokenRefused = false
  let stableAt = 0
  let stopWatching = () => {}
  /** Ends the current wait; null where the service asked for that wait. */
  let skipWait: (() => void) | null = null
  let cancelWait = () => {}

  const attempt = createConnectAttempt(uses, {
    onWelcome() {
      isTokenRefused = false
    },
    onSynced() {
      stableAt = platform.now() + stableAfterMs
      setState({ problem: null })
      setStatus('online')
      for (const { resolve } of connectCalls.splice(0)) resolve(true)
    },
    onClosed() {
      if (state.status !== 'online' || !run) return
      if (platform.now() >= stableAt) failures = 0
      setStatus('reconnecting')
    },
  })

  function setState(changes: Partial<ConnectionState>): void {
    state = { ...state, ...changes }
    stateChanged()
  }

  function setStatus(status: ChatStatus, stopped: StopReason | null = null): void {
    setState({ status, stopped, retryAt: null })
    statusChanged(status, stopped)
  }

  function end(
    status: 'idle' | 'stopped',
    stopped: StopReason | null,
    problem = new ChatProblem(
      'stopped',
      stopped === 'signed_out' ? 'Nobody is logged in.' : 'Not connected.',
    ),
  ): void {
    run = null
    stopWatching()
    cancelWait()
    skipWait = null
    attempt.disconnect()
    setStatus(status, stopped)
    for (const { resolve, reject } of connectCalls.splice(0))
      if (stopped) reject(problem)
      else resolve(false)
  }

  function endForBan(lastBan: Restriction): void {
    end('stopped', 'banned')
    // Where the device's clock is wrong, the ban may only seem to be over.
    const banEnd = Math.max(endOf(lastBan), platform.now())
    const retryAt = banEnd + backOff(failures++, platform.random())
    if (retryAt === Number.POSITIVE_INFINITY) return
    setState({ retryAt })
    cancelWait = platform.at(retryAt, () => start('reconnecting'))
  }

  function start(status: ChatStatus): void {
    cancelWait()
    run = {}
    isTokenRefused = false
    stopWatching = platform.watch(() => {
      attempt.checkAlive()
      skipWait?.()
    })
    setStatus(status)
    keepConnected(run)
  }

  async function keepConnected(ownRun: object): Promise<void> {
    const isWanted = () => ownRun === run
    while (isWanted()) {
      let code: number | null
      let atLeastMs = 0
      const banBefore = ban()
      try {
        code = await attempt.start({ renew: isTokenRefused }, isWanted)
      } catch (thrown) {
        const problem = problemOf(thrown)
        const { status, retryAfterMs = 0 } = problem
        atLeastMs = retryAfterMs
        code = status === 401 || status === 403 ? 4000 + status : 0
        if (isWanted()) {
          setState({ problem })
          emit('error', problem)
          if (problem.code === 'unsupported') end('stopped', 'fault', problem)
        }
      }
      if (!isWanted()) return
      const isSignedOut = code === null || (code === unauthenticatedCode && isTokenRefused)
      const reason = isSignedOut ? 'signed_out' : stopReasons[code as keyof typeof stopReasons]
      const lastBan = ban()
      // An earlier ban says nothing about this refusal.
      if (code === refusedCode && lastBan && lastBan !== banBefore) endForBan(lastBan)
      else if (reason) end('stopped', reason)
      else if (code === unauthenticatedCode) isTokenRefused = true
      else await wait(minimumWaits[code as keyof typeof minimumWaits] ?? atLeastMs)
    }
  }

  /** A signal may end the random part of the wait, but not what the service asked for. */
  function wait(askedMs: number): Promise<void> {
    const atLeastMs = cappedPause(askedMs)
    const ms = atLeastMs + backOff(failures++, platform.random())
    setState({ retryAt: platform.now() + ms })
    return new Promise((resolve) => {
      const endWait = () => {
        cancelWait()
        skipWait = null
        setState({ retryAt: null })
        resolve()
      }
      cancelWait = platform.after(ms, endWait)
      if (!atLeastMs) skipWait = endWait
    })
  }

  return {
    send: attempt.send,
    state: () => ({ ...state, retryNow: !!skipWait }),

    connect(): Promise<boolean> {
      if (state.status === 'online') return Promise.resolve(true)
      const call = new Promise<boolean>((resolve, reject) => {
        connectCalls.push({ resolve, reject })
      })
      // The status shows the failure too, so that a caller may ignore the promise.
      call.catch(() => {})
      skipWait?.()
      if (!run) {
        failures = 0
        start('connecting')
      }
      return call
    },

    /** Stops until the next `connect`. */
    stop(reason: StopReason): void {
      if (run || state.retryAt) end('stopped', reason)
    },

    close(): void {
      if (state.status !== 'idle') end('idle', null)
    },
  }
}
