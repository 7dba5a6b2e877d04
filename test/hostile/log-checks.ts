// Checks the log of the service: each line is one JSON object with an event, and contains no uncaught
// exception, no secret, and no text of an attacker.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { parseJson } from './http-call.ts'
import { type LeakDetector, markers } from './leak-detector.ts'

export type LogFault = { rule: string; where: string; line: string }

export type LogReading = {
  lines: number
  /** Lines of the front server. */
  foreign: number
  events: Map<string, number>
  faults: LogFault[]
}

/** Errors that the attack causes on purpose. */
const expectedFaults = new Set(['operator_refused', 'session_stolen'])
const label = /^[✘▲] \[(ERROR|WARNING)\] /
const exception = /Uncaught|Unhandled|^\s+at |[A-Z]\w*Error: /
const eventName = /^(?!forged)[a-z_]+$/
/** Lines of wrangler and the runtime about connections that break the protocol before the service. */
const frontServerLines = [
  /^Error inside ProxyWorker /,
  /^NOSENTRY /,
  /^Received a connect event but we lack a handler/,
  /^Uncaught Error: WebSocket protocol error; protocolError\./,
  /^Uncaught exception: \S+: failed: remote\.jsg\.\w+: (WebSocket protocol error|Invalid URL string|Handler does not export a connect)/,
]
/** The path may be logged, so it may contain the attacker's text. */
const fieldsWithForeignText = new Set(['path'])

export function readLog(lines: readonly string[], leaks: LeakDetector): LogReading {
  const events = new Map<string, number>()
  const faults: LogFault[] = []
  let foreign = 0
  for (const line of lines) {
    if (frontServerLines.some((looks) => looks.test(line))) {
      foreign++
      for (const leak of leaks.inLog(line))
        faults.push({ rule: `the log leaks ${leak}`, where: 'the front server', line })
      continue
    }
    const fields = objectOf(line)
    const event = typeof fields?.event === 'string' ? fields.event : 'no event'
    const report = (rule: string) => faults.push({ rule, where: event, line })
    events.set(event, (events.get(event) ?? 0) + 1)
    if (!fields || event === 'no event') {
      report(exception.test(line) ? 'an exception was not caught' : 'a log line is not an event')
    } else if (!eventName.test(event)) report('a log line was forged')
    else if (fields.level === 'error' && !expectedFaults.has(event)) report('an error was logged')
    for (const leak of leaks.inLog(line)) report(`the log leaks ${leak}`)
    if (fields && isQuoted(fields)) report('the log contains text of an attacker')
  }
  return { lines: lines.length, foreign, events, faults }
}

/** The whole log of the Worker, of which the terminal shows only the errors. */
export function readWorkerLog(dataDir: string): string[] {
  return globSync(join(dataDir, 'worker/worker*.log')).flatMap((file) =>
    linesOf(readFileSync(file, 'utf8')),
  )
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

/** The lines of the log that `npm start` printed after its greeting. */
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
    ([name, value]) => !fieldsWithForeignText.has(name) && String(value).includes(markers.attack),
  )
}

function objectOf(line: string): Record<string, unknown> | undefined {
  const parsed = parseJson(line)
  const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
  return isObject ? (parsed as Record<string, unknown>) : undefined
}
