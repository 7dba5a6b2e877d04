import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('the page to try the calls out keeps no token when it is closed', () => {
  const script = readFileSync(join(import.meta.dirname, '../../build/docs/swagger.js'), 'utf8')
  expect(script).toContain('SwaggerUIBundle({')
  expect(script).not.toMatch(/persistAuthorization|Storage/)
})
