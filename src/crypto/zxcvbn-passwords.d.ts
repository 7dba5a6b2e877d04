// Declares the file of the package that holds only the passwords; the package has no types for it.

declare module '@zxcvbn-ts/language-common/dist/passwords.json.mjs' {
  const passwords: string[]
  export default passwords
}
