// An older copy of Postgres is put back. `operator rearchive` brings everything back, and the room is
// killed meanwhile.

import { dropEverything, dump, restore } from '../database-copy.ts'
import { checkNewcomer, welcomeNewcomer } from '../newcomer.ts'
import { say } from '../people.ts'
import { repairPostgres, untilNoticed } from '../repair-postgres.ts'
import { copyPath, type Loss, putOutAll, talk } from '../stage.ts'

export const postgresSetBack: Loss = async (stage, people) => {
  const { postgres, authors, silence, service } = stage
  const copy = copyPath(stage, 'set-back.dump')
  await talk(stage)
  await dump(postgres.store, copy)
  await putOutAll(stage, people)
  const newcomer = await welcomeNewcomer(stage, 'newcomer-1')
  // Postgres will know only the refresh token before this one.
  await authors[0]?.client.parts.account.renew?.()
  await talk(stage)

  silence.begin()
  postgres.proxy.refuse()
  await dropEverything(postgres.store)
  await restore(postgres.store, copy)
  postgres.proxy.heal()
  await untilNoticed(stage, 'postgres_set_back')
  await say(service.port, newcomer)
  await talk(stage)
  const { missing, ms } = await repairPostgres(stage)
  const wrong = await checkNewcomer(stage, newcomer)
  if (missing) wrong.push(`Messages are missing, says rearchive: ${JSON.stringify(missing)}`)
  return { wrong, recoveryMs: ms }
}
