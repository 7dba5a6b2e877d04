// Waits after a deploy until the room runs the new build. A busy room is asked to drain shortly
// before the platform resets it.

import { setTimeout as pause } from 'node:timers/promises'
import { callService } from '../operator/service.ts'
import type { Build, Readiness } from '../src/contract/routes/health.ts'
import { askReadiness, lagOf, type Wanted } from './readiness.ts'

/** An idle room takes the new code when it hibernates, after 10 seconds without a request. */
export const idlePauseMs = 12_000
const pauseMs = 2_000
/** The clients of a busy room reconnect within this time, which ends just before the reset. */
const drainMs = 10_000
const drainLeadMs = drainMs + 2_000
const timeoutMs = 10_000
/** The platform's own delay until the new version and the reset are everywhere. */
const graceMs = 60_000

export type Update = { done: boolean; sentence: string }

type Deployed = {
  url: string
  build: Build
  /** When the platform resets a busy room, after the deploy. */
  delayMs: number
  /** Undefined: the room is not asked to drain. */
  adminToken: string | undefined
}

type Time = { now(): number; pause(ms: number): Promise<unknown> }

const realTime: Time = { now: () => performance.now(), pause }

/** @param report gets a sentence for each thing that a person may want to know meanwhile */
export async function awaitRoomUpdate(
  { url, build, delayMs, adminToken }: Deployed,
  report: (sentence: string) => void,
  time: Time = realTime,
): Promise<Update> {
  const wanted: Wanted = {
    name: build.commit,
    matches: ({ commit, time: builtAt }) => commit === build.commit && builtAt === build.time,
  }
  const startedAt = time.now()
  const drainAt = startedAt + Math.max(0, delayMs - drainLeadMs)
  const giveUpAt = startedAt + delayMs + graceMs
  let mayDrain = adminToken !== undefined
  for (;;) {
    const { readiness, said } = await askReadiness(url, timeoutMs)
    const lag = readiness && lagOf(readiness, wanted)
    if (readiness && !lag) return { done: true, sentence: `The room runs ${build.commit}.` }
    const now = time.now()
    const wrong = lag ?? `it answers ${said}`
    if (now >= giveUpAt)
      return { done: false, sentence: `${url} was not updated in time: ${wrong}.` }
    if (mayDrain && now >= drainAt && readiness && isOnlyRoomLate(readiness, wanted)) {
      mayDrain = false
      await drainIfBusy({ url, token: String(adminToken) }, report)
    }
    await time.pause(now < drainAt ? Math.min(idlePauseMs, drainAt - now) : pauseMs)
  }
}

function isOnlyRoomLate({ build }: Partial<Readiness>, { matches }: Wanted): boolean {
  return !!build && matches(build)
}

async function drainIfBusy(
  service: { url: string; token: string },
  report: (sentence: string) => void,
): Promise<void> {
  try {
    const room = (await callService(service, { method: 'GET', path: '/admin/room' })) as {
      sockets: number
    }
    if (room.sockets === 0) return
    const body = { within_ms: drainMs }
    await callService(service, { method: 'POST', path: '/admin/reconnect', body })
    report(`${room.sockets} connections were asked to reconnect within ${drainMs / 1_000} seconds.`)
  } catch (error) {
    report(`The room was not asked to drain: ${(error as Error).message}.`)
  }
}
