create database fabsoc encoding 'UTF8' template template0;
