// Reactions: nobody counts twice, chooses what the room does not offer, removes what others chose, reacts
// more often than is allowed, or learns of the reactions to a deleted message.

import type { Account } from '../accounts.ts'
import type { AttackRunner, ParsedAnswer } from '../attack-runner.ts'
import { textOf } from './expect-session-ended.ts'
import { expectThat, newText, type Scenario } from './scenario.ts'

const reactionsIn5s = 10

/** None of them is one emoji that the room offers. */
const refused = [
  ...[
    ['🦑'],
    ['👍👍'],
    ['👍\u200d'],
    ['👍\u0000'],
    ['thumbs'],
    [''],
    ['constructor'],
    ['__proto__'],
  ],
  ...[
    ['👍', '🦑'],
    ['\ud83d'],
    ['<b>'],
    ["'; --"],
    ['🏴'.repeat(64)],
    Array(49).fill('👍'),
    [1],
    [null],
  ],
]

export const reactions: Scenario = {
  name: 'reactions',
  pauseMs: 4_000,
  async run(runner) {
    const { accounts } = runner.parts
    const [author, other] = [await accounts.open('hostile'), await accounts.open('hostile')]
    const message = await runner.ask('reactions: a message', 'POST', '/messages', {
      ...{ token: author.token, json: { content: newText() }, statuses: [201] },
    })
    const id = textOf(message, 'id')
    await countOnce(runner, { author, other, id })
    await chooseWhatIsNotOffered(runner, await accounts.open('hostile'), id)
    await flood(runner, await accounts.open('hostile'), id)
    await readAfterDeletion(runner, { author, other, id })
  },
}

type People = { author: Account; other: Account; id: string }

const react = (
  runner: AttackRunner,
  { token }: Account,
  id: string,
  set: unknown[],
  ok: number[],
) =>
  runner.ask('reactions: a choice', 'PUT', `/messages/${id}/reactions`, {
    ...{ token, json: { reactions: set }, statuses: ok },
  })

async function countOnce(runner: AttackRunner, { author, other, id }: People): Promise<void> {
  await Promise.all(
    Array.from({ length: 4 }, () => react(runner, other, id, ['👍', '👍', '🎉'], [200])),
  )
  await react(runner, author, id, [], [200])
  const counts = await countsOf(runner, id)
  const isRight = counts?.['👍'] === 1 && counts?.['🎉'] === 1 && Object.keys(counts).length === 2
  expectThat(
    runner,
    'reactions of one person are counted once, and only that person removes them',
    isRight,
    counts,
  )
}

async function chooseWhatIsNotOffered(
  runner: AttackRunner,
  account: Account,
  id: string,
): Promise<void> {
  const before = await countsOf(runner, id)
  for (const set of refused) await react(runner, account, id, set, [400, 422, 429])
  const after = await countsOf(runner, id)
  const isSame = JSON.stringify(before) === JSON.stringify(after)
  expectThat(runner, 'a refused reaction is counted', isSame, [before, after])
}

async function flood(runner: AttackRunner, account: Account, id: string): Promise<void> {
  const startedAt = performance.now()
  const answers = await Promise.all(
    Array.from({ length: 3 * reactionsIn5s }, (_, n) =>
      react(runner, account, id, n % 2 ? ['❤️'] : [], [200, 429]),
    ),
  )
  const accepted = answers.filter((answer) => answer?.status === 200).length
  const windows = 1 + Math.ceil((performance.now() - startedAt) / 5_000)
  const isLimited = accepted <= windows * reactionsIn5s
  expectThat(runner, 'a person reacts more often than is allowed', isLimited, [accepted, windows])
}

async function readAfterDeletion(runner: AttackRunner, people: People): Promise<void> {
  const { author, other, id } = people
  await runner.ask('reactions: a deletion', 'DELETE', `/messages/${id}`, {
    ...{ token: author.token, statuses: [204] },
  })
  await react(runner, other, id, ['👍'], [404])
  for (const path of [`/messages/${id}/reactions`, `/messages/${id}/reactions?emoji=👍`])
    await runner.ask('reactions: who reacted', 'GET', encodeURI(path), {
      ...{ token: other.token, statuses: [404] },
    })
  const own = await runner.ask('reactions: own', 'GET', `/auth/me/reactions?from=${id}&to=${id}`, {
    ...{ token: other.token, statuses: [200] },
  })
  expectThat(runner, 'reactions to a deleted message are read', !hasReactions(own), own?.json)
}

const hasReactions = (answer: ParsedAnswer | null) =>
  Object.keys((answer?.json?.reactions ?? {}) as object).length > 0

async function countsOf(
  runner: AttackRunner,
  id: string,
): Promise<Record<string, number> | undefined> {
  const answer = await runner.ask('reactions: counts', 'GET', `/messages/${id}`, {
    statuses: [200],
  })
  return (answer?.json?.reactions as { counts: Record<string, number> } | undefined)?.counts
}
