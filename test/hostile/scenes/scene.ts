// What takes more than one call: a scene is played again and again while the attack lasts, and
// counts its calls and sockets like everything else.

import type { FrameSocket } from '../frame-socket.ts'
import { FrameSocket as Socket } from '../frame-socket.ts'
import { marks } from '../leaks.ts'
import type { Person } from '../people.ts'
import type { Stage } from '../stage.ts'

export type Scene = {
  name: string
  /** Milliseconds between the end of one and the next. */
  pauseMs: number
  play(stage: Stage): Promise<void>
}

/** Closes that a client may expect; all others mean that something fell. */
export const expectedCodes = new Set([
  ...[1000, 1001, 1002, 1003, 1007, 1009, 4400, 4401, 4403, 4408, 4409, 4429],
])

export function openSocket(
  stage: Stage,
  { query = '', headers = [] }: { query?: string; headers?: [string, string][] },
): FrameSocket {
  const { port, figures } = stage.parts
  figures.count('upgrades')
  const socket = new Socket({ port, path: `/ws/chat${query && `?${query}`}`, headers })
  socket.opened.then((status) =>
    figures.count(status === 101 ? 'sockets opened' : `upgrades: ${status}`),
  )
  return socket
}

export const asMember = (token: string): [string, string][] => [
  ['Sec-WebSocket-Protocol', `chat.v1, bearer.${token}`],
]

export const isWelcome = (text: string) => text.includes('"event":"welcome"')

/**
 * Opens a socket that is let in. undefined: it was not, which is reported. Whoever enters has an
 * account of their own: other attacks use up the connects of a shared one.
 */
export async function enter(stage: Stage, person: Person): Promise<FrameSocket | undefined> {
  const socket = openSocket(stage, { headers: asMember(person.token) })
  if (await socket.hear(isWelcome)) return socket
  const { code, reason } = await orLate(socket.ended)
  stage.parts.findings.report('a member is not let in', 'GET /ws/chat', `${code} ${reason}`)
  return undefined
}

/** It must be closed with that code, without ever being let in. */
export async function mustBeTurnedAway(
  stage: Stage,
  socket: FrameSocket,
  { what, codes }: { what: string; codes: readonly number[] },
): Promise<void> {
  const { code, reason } = await orLate(socket.ended)
  const welcomed = socket.texts.some(isWelcome)
  if (!welcomed && codes.includes(code)) return
  const seen = welcomed ? 'it was let in' : `it was closed with ${code} ${reason}`
  stage.parts.findings.report('a socket is not turned away as it should be', what, seen)
  socket.drop()
}

/** It must be closed with that code within the time that the contract gives. */
export async function mustClose(
  stage: Stage,
  socket: FrameSocket,
  { what, code, withinMs }: { what: string; code: number; withinMs: number },
): Promise<void> {
  const began = performance.now()
  const ended = await orLate(socket.ended)
  const tookMs = performance.now() - began
  stage.parts.figures.time('a socket until its end is known', tookMs)
  if (ended.code === code && tookMs <= withinMs) return
  const evidence = `${ended.code} ${ended.reason} after ${Math.round(tookMs)} ms, not ${code}`
  stage.parts.findings.report('a socket is not closed as it should be', what, evidence)
  socket.drop()
}

const lateMs = 20_000

export function orLate<T>(work: Promise<T>): Promise<T | { code: number; reason: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve({ code: 0, reason: 'nothing happened' }), lateMs)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Says in the findings that something that must hold does not. */
export function demand(
  stage: Stage,
  holds: boolean,
  { rule, where, evidence }: { rule: string; where: string; evidence: unknown },
): void {
  if (!holds) stage.parts.findings.report(rule, where, JSON.stringify(evidence) ?? 'undefined')
}

let made = 0

export const someText = () => `${marks.attack} says ${++made}`
