// Word lists: who may read and replace them, which of two writes wins, and that nobody learns a term.

import type { Account } from '../accounts.ts'
import type { AttackRunner, ParsedAnswer } from '../attack-runner.ts'
import { entityTags, oddTerms } from '../attacks/moderation-bodies.ts'
import { header, tokenHeader } from '../http-call.ts'
import { markers } from '../leak-detector.ts'
import { expectForbidden, moderate } from './moderate.ts'
import { expectThat, newText } from './scenario.ts'

const words: [string, string] = ['PUT', '/room/words']

export async function tryWordLists(runner: AttackRunner): Promise<void> {
  const { cast } = runner.parts.target
  const [owner, victim] = [cast.owners[0], cast.victims[1]]
  if (!owner || !victim) return
  await tryEntityTags(runner)
  await expectRefusals(runner, { owner, victim })
  await tryOddTerms(runner)
  await moderate(runner, 'operator', words, { json: { terms: [] }, statuses: [200] })
}

const write = (
  runner: AttackRunner,
  terms: unknown,
  { tag, statuses }: { tag?: string | null; statuses?: number[] } = {},
) =>
  runner.ask('words: a list', 'PUT', '/admin/room/words', {
    ...{ json: { terms }, isStaff: true, ...(statuses && { statuses }) },
    headers: [
      tokenHeader(runner.parts.target.adminToken),
      ...(tag == null ? [] : [['if-match', tag] as [string, string]]),
    ],
  })

const tagOf = (answer: ParsedAnswer | null) => (answer ? header(answer, 'etag') : null)

/** Of two writes that know the same list, exactly one succeeds. */
async function tryEntityTags(runner: AttackRunner): Promise<void> {
  const first = await write(runner, [`${markers.term} 0`], { statuses: [200] })
  const tag = tagOf(first)
  const lists = Array.from({ length: 6 }, (_, n) => [`${markers.term} ${n + 1}`])
  const tried = await Promise.all(
    lists.map((terms) => write(runner, terms, { tag, statuses: [200, 412] })),
  )
  const done = tried.filter((answer) => answer?.status === 200)
  expectThat(runner, 'an outdated list replaces a newer one', done.length === 1, [
    ...[tag, tried.map((answer) => answer?.status)],
  ])
  const current = await moderate(runner, 'operator', ['GET', '/room/words'], { statuses: [200] })
  expectThat(
    runner,
    'the list is not the one that was written last',
    tagOf(current) === tagOf(done[0] ?? null) &&
      current?.body.toString() === done[0]?.body.toString(),
    [current?.json, done[0]?.json],
  )
  for (const odd of entityTags)
    await write(runner, [`${markers.term} ${odd.length}`], { tag: odd, statuses: [200, 412] })
}

/** A text with a term is refused, in every spelling that counts, and nothing names the term. */
async function expectRefusals(
  runner: AttackRunner,
  { owner, victim }: { owner: Account; victim: Account },
): Promise<void> {
  const term = markers.term
  const sent = await send(runner, victim, newText(), [201])
  const terms = Array.from({ length: 500 }, (_, n) => `${term}${'ab'.repeat(40)}${n}`)
  await write(runner, [`*${term}*`, ...terms.slice(1)], { statuses: [200] })
  const spellings = [
    term.toUpperCase(),
    `x${term.toUpperCase()}x`,
    [...term.toUpperCase()].join('.'),
    [...term.toUpperCase()].join('\u200b'),
    `${'Ａ '.repeat(900)}${term.toUpperCase()}`,
  ]
  const { token } = victim
  for (const content of spellings) {
    // Refused texts count for the limit of messages.
    const answer = await send(runner, victim, content, [422, 429])
    expectThat(
      runner,
      'a term of the word list is accepted, or refused otherwise',
      ['content_refused', 'rate_limited'].includes(answer?.code ?? ''),
      answer?.json,
    )
  }
  const json = { content: spellings[0] }
  await runner.ask('words: an edit', 'PATCH', `/messages/${sent?.json?.id}`, {
    ...{ token, json, statuses: [422] },
  })
  await expectForbidden(runner, victim, ['GET', '/room/words'])
  await expectForbidden(runner, victim, words, { terms: [] })
  // The list does not bind owners.
  await send(runner, owner, spellings[0] ?? '', [201])
}

const send = (runner: AttackRunner, { token }: Account, content: string, statuses: number[]) =>
  runner.ask('words: a message', 'POST', '/messages', { token, json: { content }, statuses })

/** Each odd list once, because random calls might leave one out. What is kept must be readable. */
async function tryOddTerms(runner: AttackRunner): Promise<void> {
  for (const terms of oddTerms) {
    const answer = await write(runner, terms)
    if (answer?.status !== 200) continue
    const kept = await moderate(runner, 'operator', ['GET', '/room/words'], { statuses: [200] })
    expectThat(
      runner,
      'a list is kept in another form than it was answered',
      kept?.body.equals(answer.body) === true,
      terms,
    )
  }
}
