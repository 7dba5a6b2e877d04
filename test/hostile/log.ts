// Holds everything that the service logged against what a log may be: one JSON object a line with an
// event, no exception that nobody caught, no secret, and nothing that a stranger wrote.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type Leaks, marks } from './leaks.ts'

export type LogFault = { rule: string; where: string; line: string }

export type LogReading = {
  lines: number
  /** Of whoever stands in front. */
  foreign: number
  events: Map<string, number>
  faults: LogFault[]
}

/** Faults that an attack is meant to bring about. */
const expectedFaults = new Set(['operator_refused', 'session_stolen'])
const label = /^[✘▲] \[(ERROR|WARNING)\] /
const exception = /Uncaught|Unhandled|^\s+at |[A-Z]\w*Error: /
const eventName = /^(?!forged)[a-z_]+$/
/** What wrangler and the runtime say of connections that break the protocol before the service. */
const ofServerInFront = [
  /^Error inside ProxyWorker /,
  /^NOSENTRY /,
  /^Received a connect event but we lack a handler/,
  /^Uncaught Error: WebSocket protocol error; protocolError\./,
  /^Uncaught exception: \S+: failed: remote\.jsg\.\w+: (WebSocket protocol error|Invalid URL string|Handler does not export a connect)/,
]
/** An address may be logged, and holds what the stranger who made it up wants. */
const quoting = new Set(['path'])

export function readLog(lines: readonly string[], leaks: Leaks): LogReading {
  const events = new Map<string, number>()
  const faults: LogFault[] = []
  let foreign = 0
  for (const line of lines) {
    if (ofServerInFront.some((looks) => looks.test(line))) {
      foreign++
      for (const told of leaks.inLog(line))
        faults.push({ rule: `the log tells ${told}`, where: 'the server in front', line })
      continue
    }
    const fields = objectOf(line)
    const event = typeof fields?.event === 'string' ? fields.event : 'no event'
    const blame = (rule: string) => faults.push({ rule, where: event, line })
    events.set(event, (events.get(event) ?? 0) + 1)
    if (!fields || event === 'no event') {
      blame(exception.test(line) ? 'an exception was not caught' : 'a log line is no event')
    } else if (!eventName.test(event)) blame('a log line was forged')
    else if (fields.level === 'error' && !expectedFaults.has(event)) blame('a fault was logged')
    for (const told of leaks.inLog(line)) blame(`the log tells ${told}`)
    if (fields && isQuoted(fields)) blame('the log tells what a stranger wrote')
  }
  return { lines: lines.length, foreign, events, faults }
}

/** The whole log of the Worker: a terminal shows its errors only. @param dataDir of the service */
export function readWorkerLog(dataDir: string): string[] {
  return globSync(join(dataDir, 'worker/worker*.log')).flatMap((file) =>
    linesOf(readFileSync(file, 'utf8')),
  )
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

/** What the start printed: its greeting, and what the terminal shows of the log. */
export function readPrinted(printed: string): string[] {
  const lines = stripVTControlCharacters(printed).split('\n')
  const greeted = lines.findIndex((line) => line.includes('Ctrl-C ends it'))
  return lines
    .slice(greeted + 1)
    .map((line) => line.replace(label, ''))
    .filter((line) => line.trim() !== '')
}

function isQuoted(fields: Record<string, unknown>): boolean {
  return Object.entries(fields).some(
    ([name, value]) => !quoting.has(name) && String(value).includes(marks.attack),
  )
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(line)
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    return isObject ? (parsed as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
