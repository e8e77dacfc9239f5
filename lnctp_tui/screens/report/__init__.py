"""Reports on the screen: tables, bars, months, heat, where a number comes from."""
