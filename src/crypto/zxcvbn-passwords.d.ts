// The file of the package that holds the passwords alone; the package declares no types for it.

declare module '@zxcvbn-ts/language-common/dist/passwords.json.mjs' {
  const passwords: string[]
  export default passwords
}
