/** Names of AssemblyScript's integers, so that the layout files compile in both worlds. */
type u32 = number;
type i32 = number;
