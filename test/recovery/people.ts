// People who are put out between the backup and the loss, and who must not come back: one is deactivated,
// one logs out, and two erase their accounts.

import { type OpenedAccount, openAccount, password } from '../faults/account.ts'
import { call } from '../harness/rest.ts'
import type { ConsistencyChecker } from '../kit/consistency-checker.ts'
import type { AcceptedMessage } from '../kit/final-state.ts'
import type { Message } from '../kit/protocol.ts'
import type { Operator } from './operator.ts'

const fates = ['deactivated', 'logged out', 'erased, keep', 'erased, delete'] as const
type Fate = (typeof fates)[number]

export type Person = { account: OpenedAccount; fate: Fate | 'newcomer'; said: AcceptedMessage[] }

type Uses = { port: number; operator: Operator; checker: ConsistencyChecker }

/** Registers one person for each fate, who says something. */
export async function invite({ port }: Pick<Uses, 'port'>, round: number): Promise<Person[]> {
  const people: Person[] = []
  for (const fate of fates) {
    const name = `${fate.replaceAll(/\W+/g, '-')}-${round}`
    people.push(await introduce(port, name, fate))
  }
  return people
}

export async function introduce(port: number, name: string, fate: Person['fate']): Promise<Person> {
  const person: Person = { account: await openAccount(port, name), fate, said: [] }
  await say(port, person)
  return person
}

/** Every text begins with its `client_id`, which must not name its author. */
export async function say(port: number, { account, said }: Person): Promise<void> {
  const client_id = `p-${account.id.slice(-12)}-${said.length}`
  const body = { content: `${client_id}: hello.`, client_id }
  const { status, body: answer } = await call(port, 'POST', '/messages', {
    ...{ token: account.token, body },
  })
  if (status !== 201) throw new Error(`${account.username} may not talk: ${status}`)
  const { id, user_id } = answer as Message
  said.push({ id, client_id, user_id, deleted: false })
}

export async function putOut({ port, operator, checker }: Uses, people: Person[]): Promise<void> {
  for (const { account, fate, said } of people) {
    const { token } = account
    if (fate === 'deactivated') await operator.deactivate(account.id)
    if (fate === 'logged out') demand(await call(port, 'POST', '/auth/logout', { token, body: {} }))
    if (fate !== 'erased, keep' && fate !== 'erased, delete') continue
    const isDeleting = fate === 'erased, delete'
    if (isDeleting) for (const { id } of said) checker.allowDeletion(id)
    const body = { password, messages: isDeleting ? 'delete' : 'keep' }
    demand(await call(port, 'DELETE', '/auth/me', { token, body }))
    if (!isDeleting) continue
    for (const message of said) {
      message.deleted = true
      checker.observeDeletion(message.id)
    }
  }
}

function demand({ status }: { status: number }): void {
  if (status !== 204) throw new Error(`Nobody could be put out: ${status}`)
}
