// Refresh tokens that were used up, are used by many at once, or are none.

import { endWithinMs, mustBeOver, refresh, textOf } from './ended.ts'
import { demand, enter, mustClose, type Scene } from './scene.ts'

export const stolenRefresh: Scene = {
  name: 'a stolen refresh token',
  pauseMs: 300,
  async play(stage) {
    const person = await stage.parts.people.open('hostile')
    const socket = await enter(stage, person)
    const first = person.refreshToken ?? ''
    const second = await refresh(stage, first, [200], 'renewed')
    // The answer may have been lost.
    const again = await refresh(stage, first, [200], 'renewed again')
    const third = await refresh(stage, textOf(again, 'refresh_token'), [200], 'renewed twice')
    demand(stage, textOf(second, 'session_id') === person.sessionId, {
      rule: 'a renewal changes the session',
      where: 'POST /auth/refresh',
      evidence: second?.json,
    })
    await refresh(stage, first, [401], 'an old token')
    if (socket)
      await mustClose(stage, socket, { what: 'a theft', code: 4401, withinMs: endWithinMs })
    await mustBeOver(
      stage,
      {
        ...person,
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
      await refresh(stage, wrong, [401], 'a wrong token')
  },
}

export const racingRefresh: Scene = {
  name: 'renewals at once',
  pauseMs: 300,
  async play(stage) {
    const person = await stage.parts.people.open('hostile')
    const token = person.refreshToken ?? ''
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => refresh(stage, token, [200], 'renewed at once')),
    )
    const last = answers.at(-1)
    await refresh(stage, textOf(last ?? null, 'refresh_token'), [200], 'renewed after a race')
  },
}
