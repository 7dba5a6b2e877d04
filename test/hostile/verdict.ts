// When all is quiet: whether the honest have everything, Postgres is what it was, and the log is
// clean.

import { setTimeout as delay } from 'node:timers/promises'
import { openArchive } from '../faults/archive.ts'
import { compareArchive, compareView } from '../faults/checks.ts'
import { load } from '../faults/history.ts'
import { call, type Ready } from '../faults/wire.ts'
import { Witness } from '../faults/witness.ts'
import { readLog, readPrinted, readWorkerLog } from './log.ts'
import { compareFacts, quoted, readAccounts, readShape } from './tables.ts'
import type { World } from './world.ts'

/** Only to fail. */
const quietWithinMs = 60_000

export async function judgeAll(world: World): Promise<void> {
  await Promise.all(world.honest.map((one) => one.fallSilent()))
  await untilWritten(world)
  await judgeHonest(world)
  await judgeSessions(world)
  await judgeTables(world)
  judgeLog(world)
}

async function untilWritten({ service: { port }, stage }: World): Promise<void> {
  const deadline = Date.now() + quietWithinMs
  let last: unknown
  while (Date.now() < deadline) {
    last = await call(port, 'GET', '/ready').then(({ body }) => body, String)
    const { status, dirty, set_aside } = last as Ready
    if (status === 'ready' && dirty === 0 && set_aside === 0) return
    await delay(200)
  }
  stage.parts.findings.report(
    'the service is not whole in the end',
    'GET /ready',
    JSON.stringify(last),
  )
}

async function judgeHonest({ service, stage, honest, witness }: World): Promise<void> {
  const { findings, figures } = stage.parts
  const reader = { name: 'the check', port: service.port, witness: new Witness() }
  const whole = await load(reader, { pages: Number.POSITIVE_INFINITY, goOn: () => true })
  const truth = whole?.messages.toReversed() ?? []
  figures.count('messages in the room in the end', truth.length)
  for (const one of honest) {
    const report = (rule: string, evidence: string) => findings.report(rule, 'the honest', evidence)
    for (const wrong of compareView(one.name, truth, one.hearing.view.shown()))
      report('a view is wrong', wrong)
    if (one.hearing.seq !== whole?.session.seq)
      report(
        'an event was not told',
        `${one.name} is at ${one.hearing.seq}, the room at ${whole?.session.seq}`,
      )
    if (one.hearing.epoch !== whole?.session.epoch) report('the log was emptied', one.name)
  }
  for (const accusation of witness.accusations)
    findings.report('the honest disagree', 'the honest', accusation)
  const rows = await openArchive(undefined, service.dataDir)()
  for (const wrong of compareArchive(truth, rows))
    findings.report('Postgres has something else', 'the archive', wrong)
}

/** The honest are still logged in, and can still renew. */
async function judgeSessions({ stage }: World): Promise<void> {
  for (const { token, refreshToken } of stage.parts.target.honest) {
    const asked = { token, statuses: [200] }
    await stage.ask('in the end', 'GET', '/auth/me', asked)
    if (!stage.has('refresh')) continue
    await stage.ask('in the end', 'GET', '/auth/sessions', asked)
    const json = { refresh_token: refreshToken }
    await stage.ask('in the end', 'POST', '/auth/refresh', { json, statuses: [200] })
  }
}

async function judgeTables({ stage, tables, before }: World): Promise<void> {
  const { findings, target, people } = stage.parts
  const say = (rule: string, facts: string[]) => {
    for (const fact of facts) findings.report(rule, 'Postgres', fact)
  }
  say('the tables are others', compareFacts(before.shape, await readShape(tables)))
  const ids = target.honest.map(({ id }) => id)
  say(
    'an honest account was changed',
    compareFacts(before.accounts, await readAccounts(tables, ids)),
  )
  const [[strangers] = []] = await tables(
    `select count(*)::text from messages where user_id not in (${quoted([...people.names.keys()])})`,
  )
  if (strangers !== '0') say('a message is of nobody', [`${strangers} messages`])
  for (const { id, email, username } of target.erased) {
    const rows = await tables(`select to_jsonb(users)::text from users where id = '${id}'
      or email_canonical = '${email}' or username_canonical = '${username}'`)
    const told = rows
      .flatMap(([row]) => row ?? [])
      .filter((row) => row.includes(email) || row.includes(username))
    say('an erased account is still told of', told)
  }
}

function judgeLog({ service, stage, leaks, printed }: World): void {
  const { findings, figures } = stage.parts
  const lines = readWorkerLog(service.dataDir)
  const kept = readLog(lines, leaks)
  const known = new Set(lines)
  const shown = readLog(
    readPrinted(printed()).filter((line) => !known.has(line)),
    leaks,
  )
  figures.count('lines in the log', kept.lines)
  figures.count('lines of the server in front', kept.foreign)
  for (const [event, times] of kept.events) figures.count(`logged: ${event}`, times)
  for (const { rule, where, line } of [...kept.faults, ...shown.faults])
    findings.report(rule, `the log: ${where}`, line)
}
