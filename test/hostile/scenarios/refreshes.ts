// Refresh tokens that were used before, that are used many times at once, or that are wrong.

import { expectEnded, refresh, textOf } from './expect-session-ended.ts'
import { connect, expectClosed, expectThat, type Scenario } from './scenario.ts'

export const stolenRefresh: Scenario = {
  name: 'a stolen refresh token',
  pauseMs: 300,
  async run(runner) {
    const account = await runner.parts.accounts.open('hostile')
    const socket = await connect(runner, account)
    const first = account.refreshToken
    const second = await refresh(runner, first, [200], 'renewed')
    // The same token works again, because its answer may have been lost.
    const again = await refresh(runner, first, [200], 'renewed again')
    const third = await refresh(runner, textOf(again, 'refresh_token'), [200], 'renewed twice')
    expectThat(
      runner,
      'a renewal changes the session',
      textOf(second, 'session_id') === account.sessionId,
      second?.json,
    )
    await refresh(runner, first, [401], 'an old token')
    await expectClosed(runner, socket, 'a theft', 4401)
    await expectEnded(
      runner,
      {
        ...account,
        token: textOf(third, 'access_token'),
        refreshToken: textOf(third, 'refresh_token'),
      },
      'after a theft',
    )
    for (const wrong of [
      `${first}x`,
      first.slice(1),
      ` ${first}`,
      first.toUpperCase(),
      'x'.repeat(128),
    ])
      await refresh(runner, wrong, [401], 'a wrong token')
  },
}

export const racingRefresh: Scenario = {
  name: 'renewals at once',
  pauseMs: 300,
  async run(runner) {
    const account = await runner.parts.accounts.open('hostile')
    const token = account.refreshToken
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => refresh(runner, token, [200], 'renewed at once')),
    )
    const last = answers.at(-1)
    await refresh(runner, textOf(last ?? null, 'refresh_token'), [200], 'renewed after a race')
  },
}
