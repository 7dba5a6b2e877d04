// Postgres is emptied while people talk. The backup of `operator flush` and `pg_dump` is restored, then
// `operator rearchive` brings the rest back, and the room is killed meanwhile.

import { migrateDatabase } from '../../../deploy/migrate.ts'
import { dropEverything, dump, restore, urlOf } from '../database-copy.ts'
import { checkNewcomer, welcomeNewcomer } from '../newcomer.ts'
import { repairPostgres, untilNoticed } from '../repair-postgres.ts'
import { copyPath, type Loss, putOutAll, talk } from '../stage.ts'

export const postgresLost: Loss = async (stage, people) => {
  const { postgres, operator, silence } = stage
  const { store } = postgres
  const backup = copyPath(stage, 'chat.dump')
  await talk(stage)
  await operator.flush()
  await dump(store, backup)
  await putOutAll(stage, people)
  const newcomer = await welcomeNewcomer(stage, 'newcomer-2')
  await talk(stage)

  silence.begin()
  await dropEverything(store)
  await untilNoticed(stage, 'schema_missing')
  await talk(stage)
  await restore(store, backup)
  const failure = await migrateDatabase(urlOf(store))
  const wrong = failure === null ? [] : [`db:migrate answers ${failure}`]
  const { missing, ms } = await repairPostgres(stage)
  wrong.push(...(await checkNewcomer(stage, newcomer)))
  if (missing) wrong.push(`Messages are missing, says rearchive: ${JSON.stringify(missing)}`)
  return { wrong, recoveryMs: ms }
}
