// The checks after the attack: what well-behaved clients have, what is in Postgres, and what was
// logged.

import { setTimeout as delay } from 'node:timers/promises'
import { readArchive } from '../harness/database.ts'
import { readHistory } from '../harness/read-history.ts'
import { call, isArchived, type Ready } from '../harness/rest.ts'
import { ConsistencyChecker } from '../kit/consistency-checker.ts'
import { compareArchive, compareView } from '../kit/final-state.ts'
import { compareFacts, quoted, readAccounts, readShape } from './database-snapshot.ts'
import type { Harness } from './harness.ts'
import { readLog, readPrinted, readWorkerLog } from './log-checks.ts'
import { checkModeration } from './moderation-checks.ts'

const archivedWithinMs = 60_000

export async function checkAll(harness: Harness): Promise<void> {
  await Promise.all(harness.wellBehaved.map((one) => one.stop()))
  await waitUntilArchived(harness)
  await checkClients(harness)
  await checkSessions(harness)
  await checkDatabase(harness)
  await checkModeration(harness)
  checkLog(harness)
}

async function waitUntilArchived({ service: { port }, runner }: Harness): Promise<void> {
  const deadline = Date.now() + archivedWithinMs
  let last: unknown
  while (Date.now() < deadline) {
    last = await call(port, 'GET', '/ready').then(({ body }) => body, String)
    if (isArchived(last as Ready)) return
    await delay(200)
  }
  const rule = 'Postgres does not get everything'
  runner.parts.findings.report(rule, 'GET /ready', JSON.stringify(last))
}

async function checkClients({ service, runner, wellBehaved, checker }: Harness): Promise<void> {
  const { findings, metrics } = runner.parts
  const reader = { name: 'the check', port: service.port, checker: new ConsistencyChecker() }
  const loaded = await readHistory(reader)
  const history = loaded?.messages.toReversed() ?? []
  metrics.count('messages in the room at the end', history.length)
  const report = (rule: string, evidence: string) =>
    findings.report(rule, 'a well-behaved client', evidence)
  for (const { name, view } of wellBehaved) {
    for (const difference of compareView(name, history, view.shown()))
      report('a view is wrong', difference)
    const { epoch, seq } = view.position
    if (seq !== loaded?.session.seq)
      report('an event was lost', `${name} is at ${seq}, the room at ${loaded?.session.seq}`)
    if (epoch !== loaded?.session.epoch) report('the log was emptied', name)
  }
  for (const violation of checker.violations) report('the log is inconsistent', violation)
  for (const difference of compareArchive(history, await readArchive(service.dataDir)))
    findings.report('Postgres differs from the history', 'the archive', difference)
}

/** The well-behaved users are still logged in, and can renew their tokens. */
async function checkSessions({ runner }: Harness): Promise<void> {
  for (const { token, refreshToken } of runner.parts.target.wellBehaved) {
    const asked = { token, statuses: [200] }
    await runner.ask('at the end', 'GET', '/auth/me', asked)
    await runner.ask('at the end', 'GET', '/auth/sessions', asked)
    const json = { refresh_token: refreshToken }
    await runner.ask('at the end', 'POST', '/auth/refresh', { json, statuses: [200] })
  }
}

async function checkDatabase({ runner, query, before }: Harness): Promise<void> {
  const { findings, target, accounts } = runner.parts
  const report = (rule: string, facts: string[]) => {
    for (const fact of facts) findings.report(rule, 'Postgres', fact)
  }
  report('the tables were changed', compareFacts(before.shape, await readShape(query)))
  const ids = target.wellBehaved.map(({ id }) => id)
  report(
    'the account of a well-behaved user was changed',
    compareFacts(before.accounts, await readAccounts(query, ids)),
  )
  const [[foreign] = []] = await query(
    `select count(*)::text from messages where user_id not in (${quoted([...accounts.names.keys()])})`,
  )
  if (foreign !== '0') report('a message has no author', [`${foreign} messages`])
  const wrongTotals = await query(`select message_id::text from reaction_totals
    where counts <> coalesce((
      select jsonb_object_agg(emoji, count) from (
        select emoji, count(*) as count from reaction_sets cross join unnest(reactions) as emoji
        where reaction_sets.message_id = reaction_totals.message_id group by emoji
      ) as counted
    ), '{}')`)
  report('totals of reactions are not the sum of the sets', wrongTotals.flat().map(String))
  for (const { id, email, username } of target.erased) {
    const rows = await query(`select to_jsonb(users)::text from users where id = '${id}'
      or email_canonical = '${email}' or username_canonical = '${username}'`)
    const remains = rows
      .flatMap(([row]) => row ?? [])
      .filter((row) => row.includes(email) || row.includes(username))
    report('an erased account is not erased', remains)
  }
}

function checkLog({ service, runner, leaks, printed }: Harness): void {
  const { findings, metrics } = runner.parts
  const lines = readWorkerLog(service.dataDir)
  const logged = readLog(lines, leaks)
  const known = new Set(lines)
  const printedOnly = readLog(
    readPrinted(printed()).filter((line) => !known.has(line)),
    leaks,
  )
  metrics.count('lines in the log', logged.lines)
  metrics.count('log lines of the front server', logged.foreign)
  for (const [event, times] of logged.events) metrics.count(`logged: ${event}`, times)
  for (const { rule, where, line } of [...logged.faults, ...printedOnly.faults])
    findings.report(rule, `the log: ${where}`, line)
}
