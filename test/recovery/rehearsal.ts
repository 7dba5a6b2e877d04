// Rehearses one loss: everybody talks throughout, and afterwards all copies of the messages are compared
// and everybody who was put out tries to come back.

import type { Account } from '../faults/client-parts.ts'
import { checkAll, waitUntil, waitUntilArchived } from '../faults/round.ts'
import { readArchive } from '../harness/database.ts'
import { readHistory } from '../harness/read-history.ts'
import type { RoomLoss } from './accept-loss.ts'
import { findNames, findReturned } from './find-returned.ts'
import { findChangedModeration } from './moderation.ts'
import { invite } from './people.ts'
import { type Loss, type Stage, talk } from './stage.ts'

export type Figures = RoomLoss & {
  accepted: number
  doubled: number
  /** The longest time in which no message was accepted, in milliseconds. */
  silentMs: number
  recoveryMs: number
}

export async function rehearse(
  stage: Stage,
  loss: Loss,
  round: number,
): Promise<{ figures: Figures; wrong: string[] }> {
  const { authors, metrics, silence, checker, service } = stage
  const acceptedBefore = metrics.of('messages accepted')
  const people = await invite(service, round)
  stage.others.push(...people)
  for (const author of authors) author.begin(round)
  const outcome = await loss(stage, people)
  const silentMs = silence.end()
  await talk(stage)
  for (const author of authors) author.stopNewWork()
  await Promise.all(authors.map((author) => author.end()))
  await waitUntil('every message is confirmed', () => authors.every(({ isIdle }) => isIdle))
  await waitUntilArchived(stage)
  const found = [...outcome.wrong, ...(await findWrong(stage))]
  const { lost = 0, resurrected = 0, reverted = 0, oldestMs = 0, recoveryMs } = outcome
  const accepted = metrics.of('messages accepted') - acceptedBefore
  const wrong = [...new Set([...checker.violations, ...found])]
  const doubled = wrong.filter((sentence) => sentence.includes('doubled')).length
  return {
    figures: { accepted, lost, doubled, resurrected, reverted, oldestMs, silentMs, recoveryMs },
    wrong,
  }
}

async function findWrong(stage: Stage): Promise<string[]> {
  const { authors, checker, service, postgres, out, others } = stage
  const { port, dataDir } = service
  const said = others.flatMap((person) => person.said)
  const readRows = () => readArchive(dataDir)
  const wrong = await checkAll({ port, checker, authors, said, readRows })
  wrong.push(...(await findReturned(port, out)))
  const history = await readHistory({ name: 'the check', port, checker })
  wrong.push(...(await findNames({ store: postgres.store, history }, out)))
  wrong.push(...(await findChangedModeration(stage)))
  const accounts = new Set<Account>(authors.map(({ client }) => client.parts.account))
  for (const { renew, username } of accounts)
    if (!(await renew?.())) wrong.push(`${username} cannot come back`)
  return wrong
}
