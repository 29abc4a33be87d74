// Styles are in one file: a page with a strict policy has no place for others.
export default { compilerOptions: { runes: true } };
