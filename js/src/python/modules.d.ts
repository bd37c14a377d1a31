// The builds replace the import of a Python file by its text.
declare module "*.py" {
  const source: string;
  export default source;
}
