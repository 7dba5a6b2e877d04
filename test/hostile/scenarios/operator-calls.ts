// The operator's calls by other users, and what they do to the user that they are about.

import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import { expectEnded } from './expect-session-ended.ts'
import { connect, expectClosed, expectThat, type Scenario } from './scenario.ts'

export const deactivation: Scenario = {
  name: 'a deactivated account',
  pauseMs: 300,
  async run(runner) {
    const { accounts, target } = runner.parts
    const account = await accounts.open('hostile')
    const tabs = [await connect(runner, account), await connect(runner, account)]
    const asOperator = { token: target.adminToken, statuses: [204] }
    const at = `/admin/users/${account.id}`
    await runner.ask('operator: deactivate', 'POST', `${at}/deactivate`, asOperator)
    for (const tab of tabs) await expectClosed(runner, tab, 'a deactivation', 4403)
    await expectDeactivated(runner, account)
    await runner.ask('operator: activate', 'POST', `${at}/activate`, asOperator)
    await accounts.logIn(account)
    const back = await connect(runner, account)
    await runner.ask('operator: end sessions', 'DELETE', `${at}/sessions`, asOperator)
    await expectClosed(runner, back, 'ended sessions', 4401)
  },
}

async function expectDeactivated(runner: AttackRunner, account: Account): Promise<void> {
  const { email, password } = account
  const json = { email, password }
  const login = await runner.ask('operator: deactivated', 'POST', '/auth/login', {
    json,
    statuses: [401, 403],
  })
  const isNamed = login?.code === 'account_inactive'
  expectThat(runner, 'a deactivated user gets another refusal', isNamed, login?.json)
  await expectEnded(runner, account, 'of a deactivated user')
}
